import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ahead, sinceEpoch, type Guard } from '../../src/store/change.ts'
import { fill } from '../../src/store/fill.ts'
import { holds } from '../../src/store/holds.ts'
import { momentOf } from '../../src/store/moment.ts'
import { newHead, type Head } from '../../src/store/tables/head.ts'
import { noon, noonSeconds } from './sample-records.ts'

const head: Head = {
  ...newHead('0123456789abcdef'),
  lastTime: noon,
  notBefore: noonSeconds - 60,
  highestExp: noonSeconds + 300,
  seq: 6,
  streamSeq: 3,
}
const moment = momentOf(head)
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

test('an unset instant is ahead of nothing', () => {
  assert.equal(holds(sessionWith({ ends_at: ahead }), [{ ends_at: null }], moment), false)
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

test('fewer rows than the limit must meet the condition, and only those count', () => {
  const guard: Guard = {
    name: 'g',
    fewer: 'sessions',
    than: 2,
    key: { parent_sid: 'p' },
    where: { current_exp: { above: noonSeconds } },
  }
  const [live, over] = [{ current_exp: noonSeconds + 1 }, { current_exp: noonSeconds }]
  assert.equal(holds(guard, [], moment), true)
  assert.equal(holds(guard, [live, over, over], moment), true)
  assert.equal(holds(guard, [live, live], moment), false)
  assert.equal(holds({ ...guard, than: 0 }, [], moment), false)
})

test('a bound is in the column’s own unit, and an unset column is outside of it', () => {
  const [least, above] = [{ atLeast: noonSeconds }, { above: noonSeconds }]
  for (const [bound, value, expected] of [
    [least, noonSeconds, true],
    [least, noonSeconds - 1, false],
    [above, noonSeconds, false],
    [above, noonSeconds + 1, true],
    [least, null, false],
    [above, null, false],
    [above, `${noon}`, false],
  ] as const) {
    const guard = sessionWith({ current_exp: bound })
    assert.equal(holds(guard, [{ current_exp: value }], moment), expected, JSON.stringify(value))
  }
})

test('a lifting spares what was issued at that instant or later, and not before it has come', () => {
  assert.equal(isStopped(null, noon), true)
  assert.equal(isStopped(noon - 1000, noon - 1000), false)
  assert.equal(isStopped(noon - 999, noon - 1000), true)
  assert.equal(isStopped(noon, noon), false)
  assert.equal(isStopped(noon + 1000, noon + 1000), true, 'a broker whose clock is ahead')
  assert.equal(isStopped(noon, noon + 1000), false)
})

test('a column that the row lacks counts as unset', () => {
  assert.equal(holds(sessionWith({ kind: null }), [{}], moment), true)
  assert.equal(holds(sessionWith({ kind: 'agent' }), [{}], moment), false)
})

test('an instant of the change itself must lie behind the batch', () => {
  assert.equal(holds({ name: 'g', before: noon }, [], moment), false)
  assert.equal(holds({ name: 'g', before: noon + 1 }, [], moment), true)
})

test('the whole second after an instant on a second is that very second', () => {
  assert.equal(secondAfter(0), noon)
  assert.equal(secondAfter(1), noon + 1000)
  assert.equal(secondAfter(1000), noon + 1000)
  assert.equal(secondAfter(0, noon + 1), noon + 1000)
  assert.equal(secondAfter(999, noon + 1), noon + 1000)
})

test('the number of an event, and another row’s columns, are filled in', () => {
  const values = {
    seq: { seq: true } as const,
    sid: { copied: 'sid' },
    id: { copied: 'sid', behind: 'e.' },
    parent: { copied: 'parent_sid' },
  }
  const filled = { seq: 7, sid: 's', id: 'e.s', parent: null }
  assert.deepEqual(fill(values, moment, { sid: 's' }), filled)
})

test('each row that asks for a stream number gets the next one', () => {
  const values = { own: { streamSeq: true } as const }
  const writing = momentOf(head)
  assert.deepEqual(
    [1, 2].map(() => fill(values, writing)),
    [{ own: 4 }, { own: 5 }],
  )
  assert.equal(writing.lastStreamSeq(), 5)
})

test('an instant can be held back until another one', () => {
  const [late, early] = [noon + 9, noon + 1].map((noEarlierThan) => ({ at: 5, noEarlierThan }))
  assert.ok(late && early)
  assert.deepEqual(fill({ late, early }, moment), { late: noon + 9, early: noon + 5 })
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

function isStopped(liftedAt: number | null, since: number): boolean {
  const where = { lifted_at: { unliftedFor: since } }
  const guard: Guard = { name: 'g', none: 'revocations', key: { target: 't' }, where }
  return !holds(guard, [{ lifted_at: liftedAt }], moment)
}

function secondAfter(milliseconds: number, at = noon) {
  return fill({ a: { wholeSecondAfter: milliseconds } }, { ...moment, at })['a']
}
