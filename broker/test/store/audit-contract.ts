import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, test } from 'node:test'
import { verifyAuditChain } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../../src/domain/audit/audit-event.ts'
import type { Session } from '../../src/domain/tokens/session.ts'
import { freshHex, noon, sampleEvent, sampleSession } from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** Nothing unaudited, and the chain holds. */
export function auditContract(kind: StoreKind): void {
  describe('audit', () => {
    test('the chain over many batches verifies, and its end is the head', async () => {
      await using place = await TestStore.open(kind)
      await Promise.all(
        Array.from({ length: 300 }, (_, number) =>
          number % 3 === 0
            ? place.store.audit.append([sampleEvent('α | =\\'), sampleEvent('second')])
            : place.store.sessions.begin(
                sampleSession(),
                number % 3 === 1 ? 'kid-of-the-first-key' : 'another-kid',
                [sampleEvent()],
              ),
        ),
      )
      const events = await place.store.audit.read(1, 1000)
      const result = await verifyAuditChain(events, (text) => hash('sha256', text))
      const head = await place.store.head()
      assert.deepEqual(result, {
        ok: true,
        events_checked: 300,
        head: { seq: head.seq, hash: head.hash },
      })
      assert.equal(await place.store.audit.count(), 300)
    })

    test('an event is kept word for word, with number, time and id added', async () => {
      await using place = await TestStore.open(kind)
      const event = { ...sampleEvent(), intermediate_agents: ['a', 'b'], repeat_count: 3 }
      await place.store.audit.append([event])
      const [kept] = await place.store.audit.read(1, 10)
      assert.ok(kept !== undefined)
      const { id, seq, timestamp, hash: _, prev_hash, ...rest } = kept
      assert.deepEqual(rest, event)
      assert.deepEqual(
        { id, seq, timestamp, prev_hash },
        {
          id: 'evt-000001',
          seq: 1,
          timestamp: new Date(noon).toISOString(),
          prev_hash: '0'.repeat(64),
        },
      )
    })

    test('events are read from a number on, in order, at most as many as asked for', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append(Array.from({ length: 20 }, () => sampleEvent()))
      const numbers = (await place.store.audit.read(5, 3)).map(({ seq }) => seq)
      assert.deepEqual(numbers, [5, 6, 7])
    })

    test('when the clock goes back, neither event times nor outcomes do', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append([sampleEvent()])
      place.now = noon - 60_000
      const session = sampleSession()
      const kid = 'kid-of-the-first-key'
      const outcome = await place.store.sessions.begin(session, kid, [sampleEvent()])
      const { currentExp: highestExp } = session
      assert.partialDeepStrictEqual(outcome, { kept: true, at: noon, highestExp, seq: 2 })
      const times = (await place.store.audit.read(1, 10)).map(({ timestamp }) => timestamp)
      assert.deepEqual(times, [new Date(noon).toISOString(), new Date(noon).toISOString()])
    })

    test('if an event cannot be written, its change does not happen and the others do', async () => {
      await using place = await TestStore.open(kind)
      const session = sampleSession()
      const unwritable = { ...sampleEvent(), detail: '\uD800' }
      const begin = (each: Session, event: NewAuditEvent) =>
        place.store.sessions.begin(each, 'kid-of-the-first-key', [event])
      const [before, unaudited, after] = await Promise.allSettled([
        begin(sampleSession(), sampleEvent()),
        begin(session, unwritable),
        begin(sampleSession(), sampleEvent()),
      ])
      assert.deepEqual([before.status, after.status], ['fulfilled', 'fulfilled'])
      assert.ok(unaudited.status === 'rejected')
      assert.equal(unaudited.reason.code, 'service_unavailable')
      assert.equal(await place.store.sessions.find(session.sid), undefined)
      assert.equal(await place.store.audit.count(), 2)
    })

    test('a change that contradicts the schema fails alone', async () => {
      await using place = await TestStore.open(kind)
      const existing = await place.signIn()
      const begin = (sid: string) =>
        place.store.sessions.begin(sampleSession({ sid }), 'kid-of-the-first-key', [sampleEvent()])
      const [before, twice, after] = await Promise.allSettled([
        begin(freshHex(32)),
        begin(existing.sid),
        begin(freshHex(32)),
      ])
      assert.deepEqual(
        [before.status, twice.status, after.status],
        ['fulfilled', 'rejected', 'fulfilled'],
      )
      assert.deepEqual(await place.store.sessions.find(existing.sid), existing)
      assert.equal(await place.store.audit.count(), 2)
    })
  })
}
