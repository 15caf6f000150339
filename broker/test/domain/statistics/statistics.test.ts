import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { revocationLevels, type StatsResponse } from '@agentwrit/protocol'
import { minuteOf, type CountedEvent } from '../../../src/domain/statistics/count.ts'
import type { OwedEvents, Tally } from '../../../src/domain/statistics/count.ts'
import { Statistics } from '../../../src/domain/statistics/statistics.ts'
import { tokenKinds } from '../../../src/domain/tokens/token-kind.ts'

const MINUTE = 60_000
const noon = Date.parse('2026-01-02T12:00:00Z')

const login: CountedEvent = {
  event_type: 'admin_auth',
  actor: 'admin',
  detail: '',
  outcome: 'success',
}

const sum = (list: readonly (number | null)[]): number =>
  list.reduce<number>((total, count) => total + (count ?? 0), 0)

/** The minutes (0 is the oldest) in which anything happened. */
const filled = (list: readonly number[]): Record<number, number> =>
  Object.fromEntries(list.flatMap((count, minute) => (count > 0 ? [[minute, count]] : [])))

/** What the log tells of numbers up to `through`: one sign-in each, at noon. */
const read = ({ after }: OwedEvents, through: number): Tally => ({
  through,
  counts: [{ series: 'issued admin', minute: minuteOf(noon), times: through - after }],
})

test('every event counts exactly once, whichever way commits and reads of the log come together', () => {
  type Step = { commit: number; isTold: boolean } | { read: number } | { look: true }
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ commit: fc.integer({ min: 1, max: 5 }), isTold: fc.boolean() }),
    fc.record({ read: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ look: fc.constant<true>(true) }),
  )
  const history = fc.integer({ min: 0, max: 20 })
  fc.assert(
    fc.property(history, fc.array(step, { maxLength: 40 }), (known, steps) => {
      const statistics = new Statistics(() => noon, known)
      let last = known
      let inHand: OwedEvents | undefined
      const commit = (events: number) => {
        last += events
        const place = { seq: last, at: noon }
        statistics.eventsCommitted(
          Array.from({ length: events }, () => login),
          place,
        )
      }
      for (const one of steps) {
        if ('read' in one) {
          // Read at one step, told at a later one: commits come in between, and what they wrote may be read, too.
          if (inHand === undefined) inHand = statistics.owed
          else {
            const through = Math.min(last, inHand.after + one.read)
            statistics.tallied(read(inHand, Math.max(through, inHand.after)))
            inHand = undefined
          }
        } else if ('look' in one) statistics.logReaches(last)
        else if (one.isTold) commit(one.commit)
        // Somebody else's, or one whose commit was lost on the way.
        else last += one.commit
      }
      if (inHand !== undefined) statistics.tallied(read(inHand, inHand.through))
      statistics.logReaches(last)
      for (let { owed } = statistics; owed !== undefined; owed = statistics.owed) {
        statistics.tallied(read(owed, Math.min(owed.through, owed.after + 3)))
      }
      const { issued, complete } = statistics.report()
      assert.deepEqual([sum(issued.admin), complete], [last, true])
    }),
  )
})

test('each minute has its place, the oldest first, and after a day it is gone', () => {
  let now = noon
  const statistics = new Statistics(() => now, 0)
  let seq = 0
  const signIn = () => statistics.eventsCommitted([login], { seq: (seq += 1), at: now })
  signIn()
  now += 30_000
  signIn()
  now += 30_000
  signIn()
  const { from, issued } = statistics.report()
  assert.equal(from, '2026-01-01T12:02:00Z')
  assert.equal(issued.admin.length, 1440)
  assert.deepEqual(filled(issued.admin), { 1438: 2, 1439: 1 })
  now = noon + 1439 * MINUTE
  assert.deepEqual(filled(statistics.report().issued.admin), { 0: 2, 1: 1 })
  now += MINUTE
  assert.deepEqual(filled(statistics.report().issued.admin), { 0: 1 })
  now += MINUTE
  assert.deepEqual(filled(statistics.report().issued.admin), {})
})

test('a day in which nobody looked and nothing happened leaves nothing behind', () => {
  let now = noon
  const statistics = new Statistics(() => now, 0)
  statistics.eventsCommitted([login], { seq: 1, at: now })
  statistics.agentsSeen(3)
  now += 10_000 * MINUTE
  const { issued, live_agents: agents } = statistics.report()
  assert.deepEqual(filled(issued.admin), {})
  assert.ok(agents.every((count) => count === null))
})

test('what the log tells counts in its own minute, and not at all when that is too long ago', () => {
  const statistics = new Statistics(() => noon, 3)
  assert.equal(statistics.report().complete, false)
  assert.deepEqual(statistics.owed, { after: 0, through: 3, since: noon - 1439 * MINUTE })
  const counts = [0, 1439, 1440].map(
    (age) => ({ series: 'killed task', minute: minuteOf(noon) - age, times: 5 }) as const,
  )
  statistics.tallied({ through: 3, counts })
  const { killed, complete } = statistics.report()
  assert.deepEqual(filled(killed.task), { 0: 5, 1439: 5 })
  assert.equal(complete, true)
})

test('a clock that was set back moves no minute', () => {
  let now = noon
  const statistics = new Statistics(() => now, 0)
  statistics.eventsCommitted([login], { seq: 1, at: now })
  now -= 5 * MINUTE
  const { from, issued } = statistics.report()
  assert.equal(from, '2026-01-01T12:01:00Z')
  assert.deepEqual(filled(issued.admin), { 1439: 1 })
})

test('refusals stand under their type, and types without any are left out', () => {
  let now = noon
  const statistics = new Statistics(() => now, 0)
  const denied = { ...login, event_type: 'admin_auth_failed', outcome: 'denied' } as const
  const events = [denied, { ...denied, repeat_count: 41 }, login]
  statistics.eventsCommitted(events, { seq: 3, at: noon })
  const refused = (): StatsResponse['refused'] => statistics.report().refused
  assert.deepEqual(Object.keys(refused()), ['admin_auth_failed'])
  assert.deepEqual(filled(refused().admin_auth_failed ?? []), { 1439: 42 })
  now += 1440 * MINUTE
  assert.deepEqual(refused(), {})
})

test('live agents are known for the minutes in which somebody has counted them', () => {
  let now = noon
  const statistics = new Statistics(() => now, 0)
  assert.equal(statistics.isSampled, false)
  statistics.agentsSeen(0)
  assert.equal(statistics.isSampled, true)
  now += 2 * MINUTE
  assert.equal(statistics.isSampled, false)
  statistics.agentsSeen(12)
  assert.deepEqual(statistics.report().live_agents.slice(-4), [null, 0, null, 12])
})

test('every kind of token and every level of revocation has a list of its own', () => {
  const kinds = tokenKinds.map((kind) => `issued ${kind}` as const)
  const levels = [...revocationLevels, 'release' as const].map(
    (level) => `killed ${level}` as const,
  )
  const counts = [...kinds, ...levels].map((series, place) => {
    return { series, minute: minuteOf(noon), times: place + 1 }
  })
  const statistics = new Statistics(() => noon, 1)
  statistics.tallied({ through: 1, counts })
  const { issued, killed } = statistics.report()
  const found = [
    ...Object.entries(issued).map(([kind, list]) => [`issued ${kind}`, sum(list)]),
    ...Object.entries(killed).map(([level, list]) => [`killed ${level}`, sum(list)]),
  ]
  assert.deepEqual(
    Object.fromEntries(found),
    Object.fromEntries(counts.map(({ series, times }) => [series, times])),
  )
})
