import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Example } from './documented-examples-blocks.ts'
import type { PublicName } from './documented-examples-names.ts'

const root = join(import.meta.dirname, '..')

/** What an example may name without making it. They are globals, so an example that makes its own takes precedence. */
const prelude = `
import type { Agent, App, Broker, Operator, Verifier } from '@agentwrit/client'
declare global {
  const broker: Broker
  const operator: Operator
  const app: App
  const agent: Agent
  const verifier: Verifier
  const launchToken: string
  const secret: string
  const clientId: string
  const clientSecret: string
  const token: string
  /** SHA-256 of the text's UTF-8 bytes, in hex. */
  const sha256: (text: string) => string
  /** What a \`catch\` has caught. */
  const error: unknown
}
`

/** An example, with the public names of its package that it may use unimported because it stands beside them. */
export interface Compilable extends Example {
  readonly package?: string
  readonly names?: readonly PublicName[]
}

/** What the compiler has against these examples, under the rules of this repository; one line for each error. */
export function findTypeErrors(examples: readonly Compilable[]): string[] {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(join(cache, 'agentwrit-examples-'))
  try {
    writeProject(folder, examples)
    return runCompiler(folder).map((line) => toPlace(line, examples))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function writeProject(folder: string, examples: readonly Compilable[]): void {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('package.json', JSON.stringify({ type: 'module' }))
  write('prelude.ts', prelude)
  for (const [index, example] of examples.entries()) {
    write(`${index}.ts`, `${importLine(example)}\n${example.code}`)
  }
  const project = {
    extends: join(root, 'tsconfig.base.json'),
    compilerOptions: { noEmit: true, moduleDetection: 'force' },
    files: ['prelude.ts', ...examples.map((_, index) => `${index}.ts`)],
  }
  write('tsconfig.json', JSON.stringify(project))
}

/** One line, so that line 2 of the file is line 1 of the example. */
function importLine({ code, package: from, names = [] }: Compilable): string {
  const used = names.filter(({ name }) => {
    const isDeclared = new RegExp(`\\b(?:const|function|class|interface|type) ${name}\\b`)
    return new RegExp(`\\b${name}\\b`).test(code) && !isDeclared.test(code)
  })
  if (from === undefined || used.length === 0 || code.includes(`from '${from}'`)) return ''
  return `import { ${used.map(toImported).join(', ')} } from '${from}'`
}

function toImported({ kind, name }: PublicName): string {
  return kind === 'interface' || kind === 'type' ? `type ${name}` : name
}

/** The errors in the project's own files. Those in the sources of the packages are what `npm run types` is for. */
function runCompiler(folder: string): string[] {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [compiler, '--noEmit', '--pretty', 'false', '-p', folder],
    { cwd: folder, encoding: 'utf8' },
  )
  const errors = stdout.split('\n').filter((line) => /\berror TS\d+: /.test(line))
  if (status !== 0 && errors.length === 0) throw new Error(`tsc failed: ${stdout}${stderr}`)
  return errors.filter((line) => !line.startsWith('../'))
}

function toPlace(line: string, examples: readonly Compilable[]): string {
  const [, index, row, message] = /^(\d+)\.ts\((\d+),\d+\): error (.*)$/.exec(line) ?? []
  const example = examples[Number(index)]
  return example ? `${example.file}:${example.line + Number(row) - 2} ${message}` : line
}
