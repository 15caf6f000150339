import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StoreOpenError } from '../../src/store/store-open-error.ts'
import {
  presentedBy,
  sampleEvent,
  sampleKey,
  sampleRegistration,
  sampleRelease,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** What a start finds, and what it refuses. */
export function openingContract(kind: StoreKind): void {
  describe('opening', () => {
    test('a new store has a head of its own epoch, the first key and no event', async () => {
      await using place = await TestStore.open(kind)
      const { epoch, ...head } = await place.store.head()
      assert.match(epoch, /^[0-9a-f]{16}$/)
      const empty = { seq: 0, hash: '0'.repeat(64), notBefore: 0, highestExp: 0, streamSeq: 0 }
      assert.partialDeepStrictEqual(head, empty)
      assert.deepEqual(await place.store.signingKeys.all(), [sampleKey])
      assert.deepEqual(await place.store.revocations.inForce(0), [])
    })

    test('everything that was kept is there after a restart', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const [used, unused] = [await place.launch(admin), await place.launch(admin)]
      const { agent, session, ...registration } = sampleRegistration(used)
      await place.store.agents.register({ ...registration, agent, session }, [sampleEvent()])
      await place.store.sessions.release(sampleRelease(admin), [sampleEvent()])
      const before = await snapshot(place)
      await place.reopen()
      assert.deepEqual(await snapshot(place), before)
      assert.deepEqual(await place.store.agents.find(agent.agentId), agent)
      assert.deepEqual(await place.store.sessions.find(session.sid), session)
      assert.deepEqual(await place.store.launchTokens.find(unused.hash), unused)
      const again = await place.store.agents.register(sampleRegistration(used), [])
      assert.deepEqual(again, { kept: false, guard: 'launch_token_spent' })
    })

    test('another seed’s fingerprint is refused, and the right one still accepted', async () => {
      await using place = await TestStore.open(kind)
      await assert.rejects(place.reopen('another'), isRefusalNaming('AA_SIGNING_KEY_PATH'))
      await place.reopen()
      assert.deepEqual(await place.store.signingKeys.all(), [sampleKey])
    })

    test('a store that needs newer code is refused', async () => {
      await using place = await TestStore.open(kind)
      const [meta] = await place.sql.all('select version from meta')
      await place.sql.run('update meta set version = 100, oldest_code = 99')
      await assert.rejects(place.reopen(), isRefusalNaming('newer'))
      await place.sql.run('update meta set version = ?, oldest_code = 1', [meta?.['version'] ?? 0])
      await place.reopen()
    })

    test('a newer schema that this code can still use is left as it is', async () => {
      await using place = await TestStore.open(kind)
      await place.sql.run('update meta set version = 100')
      await place.reopen()
      const [meta] = await place.sql.all('select version from meta')
      assert.equal(meta?.['version'], 100)
      await place.signIn()
    })

    test('sessions and launch tokens begun before the epoch are over', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const token = await place.launch(admin)
      await place.bumpEpoch(1)
      const registered = await place.store.agents.register(sampleRegistration(token), [])
      assert.deepEqual(registered, { kept: false, guard: 'launch_token_spent' })
      const presented = presentedBy(admin)
      const removed = await place.store.launchTokens.remove(token, presented, [])
      assert.deepEqual(removed, { kept: false, guard: 'session_over' })
      assert.deepEqual(await place.store.launchTokens.listUsable({}, { limit: 9 }, place.now), [])
    })

    test('an entry of a level that this broker cannot judge stops it instead of being ignored', async () => {
      await using place = await TestStore.open(kind)
      await place.store.sessions.release(sampleRelease(await place.signIn()), [])
      await place.sql.run(`update revocations set level = 'planet'`)
      const unavailable = { code: 'service_unavailable' }
      await assert.rejects(place.store.revocations.inForce(0), unavailable)
    })

    test('a closed store refuses changes', async () => {
      await using place = await TestStore.open(kind)
      const { store } = place
      await place.reopen()
      await assert.rejects(store.audit.append([sampleEvent()]), { code: 'service_unavailable' })
    })

    test('a probe writes', async () => {
      await using place = await TestStore.open(kind)
      place.now += 1234
      await place.store.probe()
      const [head] = await place.sql.all('select last_time from head')
      assert.equal(head?.['last_time'], place.now)
    })
  })
}

function isRefusalNaming(word: string) {
  return (error: unknown) => error instanceof StoreOpenError && error.message.includes(word)
}

async function snapshot(place: TestStore) {
  const { store } = place
  return [
    await store.head(),
    await store.audit.read(1, 100),
    await store.revocations.inForce(0),
    await store.launchTokens.listUsable({}, { limit: 100 }, place.now),
    await store.signingKeys.all(),
    await store.agents.countActive(place.now),
  ]
}
