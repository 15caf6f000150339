import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { minuteOf, type Tally } from '../../src/domain/statistics/count.ts'
import { noon, sampleEvent } from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

const all = Number.MAX_SAFE_INTEGER
const minute = minuteOf(noon)

const denied = (repeats?: number) => ({
  ...sampleEvent(),
  event_type: 'app_auth_failed' as const,
  outcome: 'denied' as const,
  ...(repeats === undefined ? {} : { repeat_count: repeats }),
})

const told = ({ counts }: Tally) =>
  Object.fromEntries(counts.map((one) => [`${one.minute - minute} ${one.series}`, one.times]))

/** The log is counted in parts, from any number on. */
export function auditTallyContract(kind: StoreKind): void {
  describe('audit tally', () => {
    test('events count in their minutes, those of one kind and minute together', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append([denied(), denied(9), sampleEvent()])
      place.now += 60_000
      await place.store.audit.append([denied()])
      const tally = await place.store.audit.tally({ after: 0, through: 4, since: 0 })
      assert.equal(tally.through, 4)
      assert.deepEqual(told(tally), {
        '0 refused app_auth_failed': 10,
        '0 issued admin': 1,
        '1 refused app_auth_failed': 1,
      })
    })

    test('only what is asked for is counted', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append([denied(1), denied(10), denied(100), denied(1000)])
      const tally = await place.store.audit.tally({ after: 1, through: 3, since: noon })
      assert.deepEqual([tally.through, told(tally)], [3, { '0 refused app_auth_failed': 110 }])
    })

    test('what happened before counts no more, and is not read', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append(Array.from({ length: 600 }, () => denied()))
      place.now += 1
      await place.store.audit.append([denied(7)])
      const tally = await place.store.audit.tally({ after: 0, through: 601, since: noon + 1 })
      assert.deepEqual([tally.through, told(tally)], [601, { '0 refused app_auth_failed': 7 }])
      const none = await place.store.audit.tally({ after: 0, through: all, since: noon + 2 })
      assert.deepEqual(none, { through: all, counts: [] })
    })

    test('a long log is counted in parts, each of which tells where the next one begins', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append(Array.from({ length: 2400 }, () => denied()))
      const parts = []
      for (let after = 0; after < 2400;) {
        const tally = await place.store.audit.tally({ after, through: 2400, since: 0 })
        parts.push([tally.through, ...Object.values(told(tally))])
        after = tally.through
      }
      assert.deepEqual(parts, [
        [1000, 1000],
        [2000, 1000],
        [2400, 400],
      ])
    })

    test('a row that somebody has damaged counts for nothing, and the others count', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append([denied(1), denied(10)])
      await place.place.sql.run(`update audit_events set event = '{' where seq = 2`)
      const tally = await place.store.audit.tally({ after: 0, through: 2, since: 0 })
      assert.deepEqual(told(tally), { '0 refused app_auth_failed': 1 })
    })
  })
}
