import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPublicEntries, readPublicNames } from './documented-examples-names.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/reference/sdk.md'), 'utf8')
const headings = new Set(page.match(/^###+ .*$/gm))

for (const { specifier, names } of readPublicEntries('client')) {
  test(`the reference of the SDK has an entry for every name that ${specifier} exports, and no other`, () => {
    assert.ok(names.length > 3)
    assert.deepEqual(entriesOf(specifier), new Set(names.map(({ name }) => name)))
  })
}

test('the reference of the SDK has an entry for every method of its classes', () => {
  const methods = readPublicNames('client/src/index.ts')
    .filter(({ kind }) => kind === 'class')
    .flatMap(methodsOf)
  assert.ok(methods.length > 50)
  assert.deepEqual(
    methods.filter((heading) => !headings.has(heading)),
    [],
  )
})

test('no private member of the SDK is in its reference, and no entry is there twice', () => {
  assert.doesNotMatch(page, /^(?:#|private|protected) ?\w+[(:]/m)
  for (const section of page.split(/^## /m)) {
    const entries = section.match(/^### .*$/gm) ?? []
    assert.equal(new Set(entries).size, entries.length)
  }
})

function entriesOf(specifier: string): Set<string> {
  const section = page.split(/^## /m).find((text) => text.startsWith(`\`${specifier}\`\n`)) ?? ''
  return new Set(Array.from(section.matchAll(/^### (.*)$/gm), ([, name = '']) => name))
}

function methodsOf({ name, place }: { readonly name: string; readonly place: string }): string[] {
  const [file = '', line] = place.split(':')
  const below = readFileSync(join(root, file), 'utf8').split('\n').slice(Number(line))
  const holder = name.charAt(0).toLowerCase() + name.slice(1)
  return below.slice(0, below.indexOf('}')).flatMap((text) => {
    const found = /^ {2}(static )?(?:async |override |get |\*)*(?!constructor)(\w+)[(<]/.exec(text)
    if (found === null) return []
    return [`#### ${found[1] === undefined ? holder : name}.${found[2]}`]
  })
}
