import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { ExpiryTable } from '../src/expiry-table.ts'

// Few first words, so that many names want the same place, the last ones too.
const name = fc
  .tuple(fc.constantFrom('0000000f', '0000001f', 'ffffffff', '7'.repeat(8)), fc.nat({ max: 40 }))
  .map(([first, rest]) => first + rest.toString(16).padStart(24, '0'))
const step = fc.oneof(
  { weight: 9, arbitrary: fc.record({ name, exp: fc.integer({ min: 1, max: 100 }) }) },
  fc.record({ second: fc.integer({ min: 1, max: 100 }) }),
)

test('a table knows what a map would, whatever is kept, kept longer and forgotten', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 400, size: 'max' }),
      fc.array(name),
      (steps, others) => {
        const table = new ExpiryTable()
        const model = new Map<string, number>()
        for (const one of steps) {
          if ('second' in one) {
            table.forgetExpired(one.second)
            for (const [known, exp] of model) if (exp <= one.second) model.delete(known)
          } else {
            table.keep(one.name, one.exp)
            model.set(one.name, Math.max(one.exp, model.get(one.name) ?? 0))
          }
        }
        assert.equal(table.size, model.size)
        assert.deepEqual(new Map(table.sorted()), model)
        for (const other of [...model.keys(), ...others])
          assert.equal(table.has(other), model.has(other))
      },
    ),
  )
})

test('of a longer hash the first 128 bits count', () => {
  const table = new ExpiryTable()
  table.keep('ab'.repeat(32), 10)
  assert.ok(table.has('ab'.repeat(32)))
  assert.ok(table.has('ab'.repeat(16)))
  assert.ok(!table.has(`${'ab'.repeat(15)}ac${'ab'.repeat(16)}`))
})

test('what is no hex of 128 bits is neither kept nor looked for', () => {
  const table = new ExpiryTable()
  table.keep('a'.repeat(32), 10)
  for (const wrong of ['', 'a'.repeat(31), 'A'.repeat(32), `${'a'.repeat(31)}g`, 'é'.repeat(32)]) {
    assert.throws(() => table.keep(wrong, 10), TypeError)
    assert.throws(() => table.has(wrong), TypeError)
  }
})

test('what lies further ahead than the table can count is never forgotten', () => {
  const table = new ExpiryTable()
  table.keep('a'.repeat(32), 253_402_300_799)
  table.keep('b'.repeat(32), 0)
  table.forgetExpired(253_402_300_800)
  assert.deepEqual(
    table.sorted().map(([kept]) => kept),
    ['a'.repeat(32)],
  )
})
