import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readPublicNames } from './documented-examples-names.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/reference/sdk.md'), 'utf8')
const headings = new Set(page.match(/^###+ .*$/gm))

test('the reference of the SDK has an entry for every name that the package exports', () => {
  const names = readPublicNames('client/src/index.ts').map(({ name }) => name)
  assert.ok(names.length > 50)
  assert.deepEqual(
    names.filter((name) => !headings.has(`### ${name}`)),
    [],
  )
})

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
