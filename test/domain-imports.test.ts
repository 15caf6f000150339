import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

// Nouns import no verb and not context.ts; store.ts imports nouns; context.ts imports store.ts; verbs import context.ts.
// The linter leaves imports of types out of its search for cycles, and here nearly all of them are.

const domain = join(import.meta.dirname, '../broker/src/domain')
const imports = new Map(
  globSync('**/*.ts', { cwd: domain }).map((file) => [
    join(domain, file),
    importsOf(join(domain, file)),
  ]),
)

test('no noun of the domain knows a verb or the context', () => {
  const nouns = reachedFrom(join(domain, 'store.ts'))
  assert.ok(nouns.size > 5, 'store.ts imports the nouns')
  assert.deepEqual(
    [...nouns].filter((file) => importsOf(file).includes(join(domain, 'context.ts'))),
    [],
  )
})

test('the files of the domain import each other in one direction only, types included', () => {
  const inCycle = [...imports.keys()].filter((file) => reachedFrom(file).has(file))
  assert.deepEqual(inCycle, [])
})

/** Every file that is imported by `start`, directly or by one of its imports. */
function reachedFrom(start: string): Set<string> {
  const reached = new Set<string>()
  const open = [start]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const imported of imports.get(file) ?? []) {
      if (!reached.has(imported)) open.push(imported)
      reached.add(imported)
    }
  }
  return reached
}

function importsOf(file: string): string[] {
  const relative = readFileSync(file, 'utf8').matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)
  return Array.from(relative, ([, specifier = '']) => join(dirname(file), specifier))
}
