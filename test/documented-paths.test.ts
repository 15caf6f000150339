import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')
const pages = ['*.md', 'docs/**/*.md', 'client/*.md', 'protocol/*.md'].flatMap((pattern) =>
  globSync(pattern, { cwd: root }),
)
// A page may leave out what its readers know to be in front.
const bases = [
  '',
  'broker/',
  'broker/src/',
  'broker/src/config/',
  'broker/src/domain/',
  'docs/decisions/',
]

function isThere(path: string, page: string): boolean {
  const places = [...bases.map((base) => join(root, base, path)), join(root, dirname(page), path)]
  return places.some((place) => existsSync(place))
}

test('every file that a page names is there', () => {
  let checked = 0
  for (const page of pages) {
    const text = readFileSync(join(root, page), 'utf8')
    for (const [, path = ''] of text.matchAll(/`([\w./-]+\/[\w.-]+\.(?:ts|mjs|md|json))`/g)) {
      checked += 1
      assert.ok(isThere(path, page), `${page} names ${path}`)
    }
    for (const [, path = ''] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)) {
      checked += 1
      assert.ok(isThere(path, page), `${page} links to ${path}`)
    }
  }
  assert.ok(checked > 30, `only ${checked} names found`)
})
