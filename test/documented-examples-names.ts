import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')

/** A name that a published entry exports, and where it is declared. */
export interface PublicName {
  readonly name: string
  readonly kind: 'class' | 'const' | 'function' | 'interface' | 'type'
  /** File and line of the declaration, from the root of the repository. */
  readonly place: string
  /** The text of its JSDoc, without the stars; empty without one. */
  readonly doc: string
}

/** One path that a package exports, and what is behind it. */
export interface PublicEntry {
  /** As it is imported. */
  readonly specifier: string
  readonly names: readonly PublicName[]
}

export function readPublicEntries(folder: string): PublicEntry[] {
  const text = readFileSync(join(root, folder, 'package.json'), 'utf8')
  const { name, exports } = JSON.parse(text) as { name: string; exports: object }
  return Object.entries(exports).flatMap(([path, target]) => {
    const source: string | undefined = target['agentwrit-source']
    if (source === undefined) return []
    return [{ specifier: join(name, path), names: readPublicNames(join(folder, source)) }]
  })
}

/**
 * The names that a file exports, followed to their declarations. A JSDoc above a name in the entry counts as well as one
 * above its declaration. Throws on a form of export that it does not know: no name is passed over in silence.
 */
export function readPublicNames(file: string): PublicName[] {
  const source = readFileSync(join(root, file), 'utf8')
  const code = withoutComments(source)
  const declared = readDeclarations(file, source, code)
  const passedOn = readReExports(file, source, code)
  const understood = declared.length + passedOn.statements
  if (code.match(/^export\b/gm)?.length !== understood) {
    throw new Error(`${file} exports something in a form that is not understood`)
  }
  return [...declared, ...passedOn.names]
}

function readDeclarations(file: string, source: string, code: string): PublicName[] {
  const form = /^export (?:async )?(class|const|function|interface|type)\*? (\w+)/gm
  return Array.from(code.matchAll(form), ({ index, 1: kind, 2: name = '' }) => ({
    name,
    kind: kind as PublicName['kind'],
    place: `${file}:${lineAt(source, index)}`,
    doc: docAbove(source, index),
  }))
}

function readReExports(file: string, source: string, code: string) {
  const statements = [...code.matchAll(/^export (?:type )?(\{[^}]*\}) from '([^']+)'/gm)]
  const names = statements.flatMap(({ index, 0: statement, 1: list = '', 2: from = '' }) => {
    const origin = readPublicNames(fileOf(from, file))
    const begin = index + statement.indexOf(list)
    return Array.from(list.matchAll(/(?:type )?\b(\w+)(?: as \w+)?/g), (item) => {
      const found = origin.find(({ name }) => name === item[1])
      if (!found || item[0].includes(' as ')) throw new Error(`${file}: ${item[0]} is not found`)
      const own = docAbove(source, begin + item.index)
      return { ...found, doc: [found.doc, own].filter(Boolean).join('\n') }
    })
  })
  return { statements: statements.length, names }
}

function fileOf(specifier: string, importer: string): string {
  const own = /^@agentwrit\/(\w+)$/.exec(specifier)?.[1]
  if (own !== undefined) return `${own}/src/index.ts`
  return relative(root, join(root, dirname(importer), specifier))
}

/** The JSDoc that ends on the line before `index`. */
function docAbove(source: string, index: number): string {
  const comment = /\/\*\*((?:(?!\*\/)[^])*)\*\/\n *$/.exec(source.slice(0, index))?.[1] ?? ''
  return comment.replaceAll(/^ *\* ?/gm, '').trim()
}

/** Of the same length, so that places stay where they are. */
function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[^]*?\*\/|^ *\/\/.*$/gm, (comment) =>
    comment.replaceAll(/[^\n]/g, ' '),
  )
}

function lineAt(source: string, index: number): number {
  return source.slice(0, index).split('\n').length
}
