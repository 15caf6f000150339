import assert from 'node:assert/strict'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import * as protocol from '@agentwrit/protocol'
import { examplesInComments, examplesInPage } from './documented-examples-blocks.ts'
import { findTypeErrors, type Compilable } from './documented-examples-compile.ts'
import { readPublicEntries, readPublicNames, type PublicName } from './documented-examples-names.ts'
import { readResults } from './documented-examples-results.ts'

const root = join(import.meta.dirname, '..')
const packages = ['protocol', 'client', 'broker'].map((folder) => ({
  folder,
  names: readPublicNames(`${folder}/src/index.ts`),
}))
/** Every path that a package exports. An example imports what is not in the main entry. */
const entries = ['protocol', 'client', 'broker'].flatMap(readPublicEntries)
const pages = ['README.md', 'client/README.md', 'protocol/README.md', 'docs/guide/*.md']

test('every public name says what it is', () => {
  assert.ok(entries.length > 6 && entries.every(({ names }) => names.length > 1))
  assert.deepEqual(placesOf(entries.flatMap(({ names }) => names.filter(isUndocumented))), [])
})

test('every public class and function shows an example, and so does every type of client and broker', () => {
  const lacking = entries.flatMap(({ names }) =>
    names.filter((found) => needsExample(found) && !hasExample(found)),
  )
  assert.deepEqual(placesOf(lacking), [])
})

test('every method of a public class says what it does', () => {
  const classes = packages.flatMap(({ names }) => names.filter(({ kind }) => kind === 'class'))
  assert.ok(classes.length > 10)
  assert.deepEqual(classes.flatMap(undocumentedMethods), [])
})

test('every example of the documentation compiles', () => {
  const inSources = packages.flatMap(({ folder, names }) =>
    globSync(`${folder}/src/**/*.ts`, { cwd: root }).flatMap((file) =>
      examplesInComments(file, read(file)).map((example) => ({
        ...example,
        package: `@agentwrit/${folder}`,
        names,
      })),
    ),
  )
  const inPages = globSync(pages, { cwd: root }).flatMap((file) => examplesInPage(file, read(file)))
  assert.ok(inSources.length > 90, `${inSources.length} examples in the sources`)
  assert.ok(inPages.length > 4, `${inPages.length} examples in the pages`)
  assert.deepEqual(findTypeErrors([...inSources, ...inPages]), [])
})

test('the examples of the protocol give what they say', () => {
  const results = globSync('protocol/src/*.ts', { cwd: root })
    .flatMap((file) => examplesInComments(file, read(file)))
    .flatMap((example) => readResults(example, protocol))
  assert.ok(results.length > 35, `${results.length} results`)
  assert.deepEqual(
    results.filter(({ given, shown }) => given !== shown),
    [],
  )
})

test('an example that names, passes or imports the wrong thing is found on its line', () => {
  const names = packages.find(({ folder }) => folder === 'protocol')?.names ?? []
  const planted = (code: string): Compilable => ({
    file: 'planted.ts',
    line: 10,
    code,
    package: '@agentwrit/protocol',
    names,
  })
  const errors = findTypeErrors([
    planted("const allowed: boolean = covers('read:data:*', 'read:data:1')\nawait agent.renew()"),
    planted("covers('read:data:*', 'read:data:1')\ncovers('read:data:*', 1)"),
    planted("\n\nparseScopes('read:data:*')"),
    planted("import { Scope } from '@agentwrit/protocol'"),
    planted('const list: string[] = []\nlist[0].length'),
  ])
  assert.deepEqual(
    errors.map((error) => error.replace(/: .*/, '')),
    [
      'planted.ts:11 TS2345',
      'planted.ts:12 TS2304',
      'planted.ts:10 TS1484',
      'planted.ts:11 TS2532',
    ],
  )
})

test('a public name or method without a word or an example is found, wherever it is declared', (t) => {
  const folder = plant(t, {
    'index.ts': `export { told } from './told.ts'\nexport {\n  /** Told here. */\n  type Here,\n} from './told.ts'\n`,
    'told.ts': `/** Of the file, not of the name. */\n\nexport async function told() {}\n\nexport interface Here {}\n`,
    'kept.ts': `/** A class. */\nexport class Kept {\n  /** Said. */\n  said() {}\n\n  async unsaid() {}\n}\n`,
  })
  const [told, here, ...rest] = readPublicNames(join(folder, 'index.ts'))
  assert.ok(told && here)
  assert.deepEqual(rest, [])
  assert.deepEqual([told.kind, told.place], ['function', join(folder, 'told.ts:3')])
  assert.equal(isUndocumented(told), true)
  assert.equal(isUndocumented(here), false)
  assert.equal(needsExample(told) && !hasExample(told), true)
  const kept = join(folder, 'kept.ts')
  assert.deepEqual(readPublicNames(kept).flatMap(undocumentedMethods), [`${kept}:2 Kept.unsaid`])
})

test('an export in a form that is not understood is an error, not a name passed over', (t) => {
  const folder = plant(t, {
    'all.ts': `export * from './index.ts'\n`,
    'index.ts': `export const one = 1\n`,
    'lost.ts': `export { two } from './index.ts'\n`,
  })
  assert.throws(() => readPublicNames(join(folder, 'all.ts')))
  assert.throws(() => readPublicNames(join(folder, 'lost.ts')))
})

test('a result that an example only claims is found', () => {
  const code =
    "const all = 'read:data:*'\ncovers(all, 'read:data:1') // true\ncovers('a:b:c', all) // true\n"
  assert.deepEqual(readResults({ file: 'a.ts', line: 5, code }, protocol), [
    { place: 'a.ts:6', given: 'true', shown: 'true' },
    { place: 'a.ts:7', given: 'false', shown: 'true' },
  ])
})

test('only ts blocks are examples, each with its line, and an @example must hold one', () => {
  const page = '# Page\n\n```sh\nls\n```\n\n```ts\none()\n```\n'
  assert.deepEqual(examplesInPage('a.md', page), [{ file: 'a.md', line: 8, code: 'one()\n' }])
  const source = '\n/**\n * One.\n *\n * @example\n * ```ts\n * one()\n * ```\n */\n'
  const [example, ...rest] = examplesInComments('a.ts', source)
  assert.deepEqual([example, rest], [{ file: 'a.ts', line: 7, code: 'one()\n' }, []])
  assert.throws(() => examplesInComments('a.ts', '/**\n * @example one()\n */'))
})

function undocumentedMethods({ name, place }: PublicName): string[] {
  const [file = '', line] = place.split(':')
  const below = read(file).split('\n').slice(Number(line))
  const body = below.slice(0, below.indexOf('}'))
  return body.flatMap((text, row) => {
    const method = /^ {2}(?!constructor)(?:static |async |get )*\*?(\w+)[(<]/.exec(text)?.[1]
    const isDocumented = body[row - 1]?.endsWith('*/') ?? false
    return method === undefined || isDocumented ? [] : [`${place} ${name}.${method}`]
  })
}

function isUndocumented({ doc }: PublicName): boolean {
  return !/\w/.test(doc.replace(/@[^]*$/, ''))
}

function needsExample({ kind, place }: PublicName): boolean {
  return kind === 'class' || kind === 'function' || !place.startsWith('protocol/')
}

function hasExample({ doc }: PublicName): boolean {
  return /^@example\n```ts\n/m.test(doc)
}

function placesOf(names: readonly PublicName[]): string[] {
  return names.map(({ name, place }) => `${place} ${name}`)
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** A folder with these files, as a path from the root of the repository. */
function plant(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'awrit-names-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return relative(root, folder)
}
