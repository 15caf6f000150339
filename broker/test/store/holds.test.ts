import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ahead, aheadOrUnset, sinceEpoch, type Guard } from '../../src/store/change.ts'
import { fill } from '../../src/store/fill.ts'
import { holds } from '../../src/store/holds.ts'
import { noon, noonSeconds } from './sample-records.ts'

const moment = { at: noon, notBefore: noonSeconds - 60, highestExp: noonSeconds + 300 }
const sessionWith = (where: object): Guard => ({
  name: 'g',
  some: 'sessions',
  key: { sid: 's' },
  where,
})

test('without a row "some" fails and "none" holds', () => {
  assert.equal(holds(sessionWith({}), [], moment), false)
  assert.equal(holds({ name: 'g', none: 'nonces', key: { nonce: 'n' } }, [], moment), true)
})

test('one of several rows is enough, but it must meet the whole condition', () => {
  const guard = sessionWith({ kind: 'agent', app_id: null })
  const [app, agent] = [
    { kind: 'app', app_id: null },
    { kind: 'agent', app_id: null },
  ]
  assert.equal(holds(guard, [app, agent], moment), true)
  assert.equal(holds(guard, [app, { kind: 'agent', app_id: 'a' }], moment), false)
})

test('an instant is ahead only if it is later than the batch, in its own unit', () => {
  const expires = sessionWith({ current_exp: ahead })
  assert.equal(holds(expires, [{ current_exp: noonSeconds }], moment), false)
  assert.equal(holds(expires, [{ current_exp: noonSeconds + 1 }], moment), true)
  const ends = sessionWith({ ends_at: ahead })
  assert.equal(holds(ends, [{ ends_at: noon }], moment), false)
  assert.equal(holds(ends, [{ ends_at: noon + 1 }], moment), true)
})

test('an unset instant is ahead of nothing, unless unset is allowed', () => {
  assert.equal(holds(sessionWith({ ends_at: ahead }), [{ ends_at: null }], moment), false)
  const unlifted = sessionWith({ ends_at: aheadOrUnset })
  assert.equal(holds(unlifted, [{ ends_at: null }], moment), true)
  assert.equal(holds(unlifted, [{ ends_at: noon }], moment), false)
  assert.equal(holds(unlifted, [{ ends_at: noon + 1 }], moment), true)
})

test('a guard of time alone is strict on both sides', () => {
  for (const [guard, expected] of [
    [{ name: 'g', before: noon }, false],
    [{ name: 'g', before: noon + 1 }, true],
    [{ name: 'g', after: noon }, false],
    [{ name: 'g', after: noon - 1 }, true],
  ] as const) {
    assert.equal(holds(guard, [], moment), expected)
  }
})

test('what began in the second of the epoch belongs to it, what began before does not', () => {
  const began = sessionWith({ started_at: sinceEpoch })
  for (const value of [noon - 60_001, null, 'soon']) {
    assert.equal(holds(began, [{ started_at: value }], moment), false)
  }
  assert.equal(holds(began, [{ started_at: noon - 60_000 }], moment), true)
})

test('a column that the row lacks counts as unset', () => {
  assert.equal(holds(sessionWith({ kind: null }), [{}], moment), true)
  assert.equal(holds(sessionWith({ kind: 'agent' }), [{}], moment), false)
})

test('an instant of the change itself must lie behind the batch', () => {
  assert.equal(holds({ name: 'g', before: noon }, [], moment), false)
  assert.equal(holds({ name: 'g', before: noon + 1 }, [], moment), true)
})

test('what only the batch knows is filled in', () => {
  const values = {
    a: 'text',
    b: null,
    c: { at: 3000 },
    d: { atLeast: 7 },
    e: { highestExp: true } as const,
  }
  const filled = { a: 'text', b: null, c: noon + 3000, d: 7, e: noonSeconds + 300 }
  assert.deepEqual(fill(values, moment), filled)
  assert.deepEqual(fill(values, moment, { d: 9, a: 'old' }), { ...filled, d: 9 })
  assert.deepEqual(fill(values, moment, { d: 5 }), filled)
})
