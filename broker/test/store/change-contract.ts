import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Revocation } from '../../src/domain/revocation/revocation.ts'
import type { Change } from '../../src/domain/streams/change.ts'
import {
  noon,
  noonSeconds,
  presentedBy,
  sampleEvent,
  sampleRelease,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

const minute = 60_000
const day = 24 * 60 * minute

/** What verifiers are told is numbered without gaps, in the same transaction as what it tells of. */
export function changeContract(kind: StoreKind): void {
  describe('what verifiers are told', () => {
    test('of any number of changes at once each gets its own number, and a refused one none', async () => {
      await using place = await TestStore.open(kind)
      const sessions = await Promise.all(Array.from({ length: 5 }, () => place.signIn()))
      const twice = [...sessions, ...sessions]
      const outcomes = await Promise.all(
        twice.map((session) => place.store.sessions.release(sampleRelease(session), [])),
      )
      assert.equal(outcomes.filter(({ kept }) => kept).length, 5)
      const told = await place.store.changes.after(0, 100)
      assert.deepEqual(numbers(told), [1, 2, 3, 4, 5])
      assert.deepEqual(
        new Set(told.map((change) => 'entry' in change && change.entry.sid)),
        new Set(sessions.map(({ sid }) => sid)),
      )
      assert.equal((await place.store.head()).streamSeq, 5)
      assert.deepEqual(numbers(await place.store.changes.after(2, 2)), [3, 4])
      assert.deepEqual(
        await place.store.changes.history(2, 2),
        await place.store.changes.after(2, 2),
      )
    })

    test('of a principal each session is told, and the entry about it is not', async () => {
      await using place = await TestStore.open(kind)
      const [one, other] = [await place.signIn(), await place.signIn()]
      const entry: Revocation = {
        id: 'about-admin',
        level: 'agent',
        target: one.sub,
        released: false,
        actor: one.sub,
      }
      const { revocations, changes } = place.store
      const outcome = await revocations.revokePrincipal(entry, presentedBy(one), [])
      assert.ok(outcome.kept)
      assert.equal(outcome.ended.length, 2)
      const told = await changes.after(0, 100)
      assert.deepEqual(numbers(told), [1, 2])
      assert.deepEqual(
        new Set(told.map((change) => 'entry' in change && change.entry.id)),
        new Set([one, other].map(({ sid }) => `about-admin.${sid}`)),
      )
    })

    test('a renewal is told only if its successor may do less, and then until the old token expires', async () => {
      await using place = await TestStore.open(kind)
      const exp = noonSeconds + (3 * day) / 1000
      const long = { currentExp: exp, endsAt: noon + 9 * day }
      const [plain, narrowing] = [await place.signIn(long), await place.signIn(long)]
      await place.store.sessions.renew(sampleSwap(plain), [])
      await place.store.sessions.renew(sampleSwap(narrowing, { isNarrowed: true }), [])
      const told = { seq: 1, action: 'supersede', jti: narrowing.currentJti, exp }
      assert.deepEqual(await place.store.changes.after(0, 100), [told])
      place.now = exp * 1000
      await place.store.prune()
      assert.deepEqual(await place.store.changes.after(0, 100), [told])
      const bounds = { at: place.now - 1, throughEvent: 1000, throughChange: 1 }
      const page = { ...bounds, after: undefined, limit: 10 }
      assert.deepEqual(await place.store.changes.snapshotSuperseded(page), [told])
      assert.deepEqual(await place.store.changes.snapshotSuperseded({ ...page, at: place.now }), [])
      assert.deepEqual(await place.store.changes.countSnapshot(bounds), {
        entries: 0,
        superseded: 1,
      })
      place.now += 10 * minute
      await place.store.prune()
      assert.deepEqual(await place.store.changes.after(0, 100), [])
    })

    test('changes go after a day, and behind a gap nothing is told', async () => {
      await using place = await TestStore.open(kind)
      const [first, second] = [await place.signIn(), await place.signIn()]
      await place.store.sessions.release(sampleRelease(first), [])
      place.now += minute
      await place.store.sessions.release(sampleRelease(second), [])
      place.now = noon + day + 10 * minute - 1
      await place.store.prune()
      assert.deepEqual(numbers(await place.store.changes.after(0, 100)), [1, 2])
      place.now += 1
      await place.store.prune()
      assert.deepEqual(numbers(await place.store.changes.after(0, 100)), [])
      assert.deepEqual(numbers(await place.store.changes.after(1, 100)), [2])
      await place.reopen()
      await place.store.sessions.release(sampleRelease(await place.signIn(later(place.now))), [])
      assert.deepEqual(numbers(await place.store.changes.after(1, 100)), [2, 3])
    })

    test('a snapshot is read in pages that nothing from later slips into or out of', async () => {
      await using place = await TestStore.open(kind)
      const release = async () => {
        const session = await place.signIn()
        await place.store.sessions.release(sampleRelease(session), [sampleEvent()])
        return session.sid
      }
      const sids = [await release(), await release(), await release()]
      const { seq, streamSeq } = await place.store.head()
      const bounds = { at: noon, throughEvent: seq, throughChange: streamSeq }
      await release()
      const { changes } = place.store
      assert.deepEqual(await changes.countSnapshot(bounds), { entries: 3, superseded: 0 })
      const first = await changes.snapshotEntries({ ...bounds, after: undefined, limit: 2 })
      const after = first.at(-1)
      const second = await changes.snapshotEntries({ ...bounds, after, limit: 2 })
      const found = [...first, ...second].map(({ sid }) => sid)
      assert.equal(found.length, 3)
      assert.deepEqual(new Set(found), new Set(sids))
    })
  })
}

function later(now: number) {
  return { currentExp: now / 1000 + 300, startedAt: now, endsAt: now + day }
}

function numbers(changes: readonly Change[]): number[] {
  return changes.map(({ seq }) => seq)
}
