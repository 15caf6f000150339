import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { putEntry } from './lineage-entries.ts'
import { delegationLine } from './sample-delegations.ts'
import {
  afterSwap,
  noon,
  noonSeconds,
  presentedBy,
  sampleKey,
  sampleRegistration,
  sampleRelease,
  sampleSession,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

const minute = 60_000
const day = 24 * 60 * minute

/** Everything that expires goes ten minutes later, and nothing that lives does. */
export function retentionContract(kind: StoreKind): void {
  describe('retention', () => {
    test('nonces and launch tokens go ten minutes after they expired', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn({ currentExp: noonSeconds + 86_400 })
      const [used] = [await place.launch(admin), await place.launch(admin)]
      assert.ok(used !== undefined)
      await place.store.agents.register(sampleRegistration(used, { ttl: 86_400 }), [])
      place.now = noon + 30_000 + 10 * minute - 1
      assert.equal(await place.store.prune(), 0)
      place.now += 1
      assert.equal(await place.store.prune(), 3)
      assert.deepEqual(await counts(place), { nonces: 0, launch_tokens: 0, sessions: 2, tokens: 2 })
    })

    test('a session goes ten minutes after the last exp of its tokens, with all their rows', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signIn({ currentExp: noonSeconds + 60 })
      const longer = sampleSwap(session, { newExp: noonSeconds + 120 })
      await place.store.sessions.renew(longer, [])
      const narrowed = sampleSwap(afterSwap(session, longer), { newExp: noonSeconds + 90 })
      await place.store.sessions.renew(narrowed, [])
      place.now = noon + 120_000 + 10 * minute - 1
      await place.store.prune()
      assert.equal((await counts(place))?.['tokens'], 3)
      place.now += 1
      assert.equal(await place.store.prune(), 2, 'the session, and the record of its last renewal')
      assert.deepEqual(await counts(place), { nonces: 0, launch_tokens: 0, sessions: 0, tokens: 0 })
    })

    test('the record of a renewal goes ten minutes after the exp of the old token', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signIn({ currentExp: noonSeconds + 60 })
      await place.store.sessions.renew(sampleSwap(session, { newExp: noonSeconds + 120 }), [])
      place.now = noon + 60_000 + 10 * minute - 1
      assert.equal(await place.store.prune(), 0)
      assert.ok((await place.store.sessions.findRenewal(session.currentJti)) !== undefined)
      place.now += 1
      assert.equal(await place.store.prune(), 1)
      assert.equal(await place.store.sessions.findRenewal(session.currentJti), undefined)
      assert.ok((await place.store.sessions.find(session.sid)) !== undefined)
    })

    test('a launching session stays while its launch token or a token launched from it can live', async () => {
      await using place = await TestStore.open(kind)
      const idle = await place.signIn()
      const launcher = await place.signIn()
      const waiting = await place.signIn()
      const token = await place.launch(launcher)
      await place.launch(waiting, { expiresAt: noon + 60 * minute })
      const registration = sampleRegistration(token)
      await place.store.agents.register(registration, [])
      const swap = sampleSwap(registration.session, { newExp: noonSeconds + 1800 })
      await place.store.sessions.renew(swap, [])
      place.now = noon + 40 * minute - 1
      await place.store.prune()
      assert.equal(await place.store.sessions.find(idle.sid), undefined)
      assert.deepEqual(await place.store.sessions.find(launcher.sid), launcher)
      place.now += 1
      await place.store.prune()
      assert.equal(await place.store.sessions.find(launcher.sid), undefined)
      assert.deepEqual(await place.store.sessions.find(waiting.sid), waiting)
      place.now = noon + 70 * minute
      await place.store.prune()
      assert.equal((await counts(place))?.['sessions'], 0)
    })

    test('an agent stays readable seven days longer than its session, renewals included', async () => {
      await using place = await TestStore.open(kind)
      const registration = sampleRegistration(await place.launch(await place.signIn()))
      const { agent, session } = registration
      await place.store.agents.register(registration, [])
      await place.store.sessions.renew(sampleSwap(session), [])
      place.now = noon + 360_000 + 7 * day + 10 * minute - 1
      await place.store.prune()
      assert.equal(await place.store.sessions.find(session.sid), undefined)
      assert.deepEqual(await place.store.agents.find(agent.agentId), agent)
      place.now += 1
      assert.equal(await place.store.prune(), 1)
      assert.equal(await place.store.agents.find(agent.agentId), undefined)
    })

    test('a revocation entry is in force as long as any token issued before it can live, and readable 7 days longer', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signIn()
      const long = await place.signIn({ currentExp: noonSeconds + 3600 })
      await place.store.sessions.release(sampleRelease(session), [])
      const { revocations } = place.store
      assert.equal((await revocations.inForce(noon + 3_599_999)).length, 1)
      assert.deepEqual(await revocations.inForce(noon + 3_600_000), [])
      place.now = noon + 3_600_000 + 10 * minute - 1
      await place.store.prune()
      assert.deepEqual(await place.store.sessions.find(long.sid), long)
      place.now += 7 * day
      // The session, and what verifiers were told of the release.
      assert.equal(await place.store.prune(), 2)
      assert.equal((await revocations.inForce(0)).length, 1)
      place.now += 1
      assert.equal(await place.store.prune(), 1)
      assert.deepEqual(await revocations.inForce(0), [])
    })

    test('an entry about a task is never pruned before it is lifted', async () => {
      await using place = await TestStore.open(kind)
      await putEntry(place, { ...sampleRelease(sampleSession()), level: 'task', target: 'task-1' })
      place.now = noon + 100_000 * day
      assert.equal(await place.store.prune(), 0)
      assert.equal((await place.store.revocations.inForce(place.now)).length, 1)
      const token = await place.launch(
        await place.signIn({
          currentExp: place.now / 1000 + 300,
          startedAt: place.now,
          endsAt: place.now + day,
        }),
        { expiresAt: place.now + minute },
      )
      const outcome = await place.store.agents.register(
        sampleRegistration(token, { at: place.now }),
        [],
      )
      assert.deepEqual(outcome, { kept: false, guard: 'task_revoked' })
    })

    test('the record of a delegation stays readable seven days longer than its session, renewals included', async () => {
      await using place = await TestStore.open(kind)
      const { root, middle } = await delegationLine(place)
      const exp = noonSeconds + 900
      for (const { session, chain } of [root, middle]) {
        const presented = presentedBy(session, { chain })
        const swap = sampleSwap(session, { presented, newExp: exp })
        assert.equal((await place.store.sessions.renew(swap, [])).kept, true)
      }
      const records = () => place.sql.all('select sid from delegations')
      place.now = exp * 1000 + 7 * day + 10 * minute - 1
      await place.store.prune()
      assert.equal(await place.store.sessions.find(middle.session.sid), undefined)
      assert.deepEqual(
        (await records()).map(({ sid }) => sid),
        [middle.session.sid],
      )
      place.now += 1
      await place.store.prune()
      assert.deepEqual(await records(), [])
    })

    test('the revocation of a launch token’s maker is remembered while the launch token lives', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const token = await place.launch(admin, { expiresAt: noon + 60 * minute })
      await place.store.sessions.release(sampleRelease(admin, false), [])
      place.now = noon + 59 * minute
      await place.store.prune()
      const registration = sampleRegistration(token, { at: place.now })
      const outcome = await place.store.agents.register(registration, [])
      assert.deepEqual(outcome, { kept: false, guard: 'launch_token_revoked' })
    })

    test('pruning removes more rows than fit into one change', async () => {
      await using place = await TestStore.open(kind)
      const sessions = Array.from({ length: 450 }, () => sampleSession())
      await Promise.all(
        sessions.map((session) => place.store.sessions.begin(session, sampleKey.kid, [])),
      )
      place.now = noon + day
      const live = await place.signIn({ currentExp: noonSeconds + 90_000 })
      assert.equal(await place.store.prune(), 450)
      assert.deepEqual(await place.store.sessions.find(live.sid), live)
      assert.equal(await place.store.prune(), 0)
    })
  })
}

async function counts(place: TestStore) {
  const [row] = await place.sql.all(
    `select (select count(*) from nonces) as nonces, (select count(*) from launch_tokens) as launch_tokens,
      (select count(*) from sessions) as sessions, (select count(*) from tokens) as tokens`,
  )
  return row && { ...row }
}
