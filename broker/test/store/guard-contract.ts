import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Session } from '../../src/domain/tokens/session.ts'
import {
  noon,
  noonSeconds,
  presentedBy,
  sampleEvent,
  sampleLaunchToken,
  sampleRegistration,
  sampleRelease,
  sampleSession,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** Each guard of each change, by name; and that a change whose guard fails leaves nothing behind. */
export function guardContract(kind: StoreKind): void {
  describe('guards', () => {
    test('a login under a key that is not active is refused', async () => {
      await using place = await TestStore.open(kind)
      const session = sampleSession()
      const outcome = await place.store.sessions.begin(session, 'another-kid', [sampleEvent()])
      await refused(place, outcome, 'key_not_active', 0)
      assert.equal(await place.store.sessions.find(session.sid), undefined)
    })

    test('a bearer that is not its session’s live token makes no launch token', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const old = presentedBy(admin, { jti: 'superseded' })
      const unknown = presentedBy({ ...admin, sid: 'unknown' })
      for (const presented of [old, unknown]) {
        const token = sampleLaunchToken(admin)
        const outcome = await place.store.launchTokens.create(token, presented, [sampleEvent()])
        await refused(place, outcome, 'session_not_current', 0)
        assert.equal(await place.store.launchTokens.find(token.hash), undefined)
      }
    })

    test('a session that expired, aged, ended or belongs to an older epoch makes no launch token', async () => {
      await using place = await TestStore.open(kind)
      const expired = await place.signIn({ currentExp: noonSeconds })
      const aged = await place.signIn({ endsAt: noon })
      const released = await place.signIn()
      await place.store.sessions.release(sampleRelease(released), [])
      for (const over of [expired, aged, released]) {
        const outcome = await createToken(place, over)
        await refused(place, outcome, 'session_over', 0)
      }
    })

    test('a token lives in the second before its exp and not at it', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn({ currentExp: noonSeconds + 10 })
      place.now = noon + 9_999
      assert.equal((await createToken(place, admin)).kept, true)
      place.now = noon + 10_000
      await refused(place, await createToken(place, admin), 'session_over', 0)
    })

    test('only the live bearer removes an unused, unexpired launch token', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const presented = presentedBy(admin)
      const { launchTokens } = place.store
      const [unused, used, expired] = [
        await place.launch(admin),
        await place.launch(admin),
        await place.launch(admin, { expiresAt: noon }),
      ]
      await place.store.agents.register(sampleRegistration(used), [])
      const wrong = presentedBy(admin, { jti: 'superseded' })
      await refused(
        place,
        await launchTokens.remove(unused, wrong, [sampleEvent()]),
        'session_not_current',
        0,
      )
      await refused(
        place,
        await launchTokens.remove(used, presented, [sampleEvent()]),
        'launch_token_spent',
        0,
      )
      await refused(
        place,
        await launchTokens.remove(expired, presented, [sampleEvent()]),
        'launch_token_spent',
        0,
      )
      const removed = await launchTokens.remove(unused, presented, [sampleEvent()])
      assert.equal(removed.kept, true)
      assert.equal(await place.store.launchTokens.find(unused.hash), undefined)
      await refused(
        place,
        await launchTokens.remove(unused, presented, [sampleEvent()]),
        'launch_token_spent',
        1,
      )
    })

    test('a registration needs a launch token that is known, unused and unexpired', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const used = await place.launch(admin)
      assert.equal((await place.store.agents.register(sampleRegistration(used), [])).kept, true)
      const expired = await place.launch(admin, { expiresAt: noon })
      const another = await place.launch(admin)
      const foreign = { ...another, creatorSid: 'another-session' }
      const multiple = { ...another, singleUse: false }
      for (const token of [sampleLaunchToken(admin), used, expired, foreign, multiple]) {
        await registrationRefused(place, sampleRegistration(token), 'launch_token_spent')
      }
    })

    test('a launch token registers nobody once its maker was revoked, but does after a release', async () => {
      await using place = await TestStore.open(kind)
      const revoked = await place.signIn()
      const released = await place.signIn()
      const [dead, alive] = [await place.launch(revoked), await place.launch(released)]
      await place.store.sessions.release(sampleRelease(revoked, false), [])
      await place.store.sessions.release(sampleRelease(released), [])
      await registrationRefused(place, sampleRegistration(dead), 'launch_token_revoked')
      assert.equal((await place.store.agents.register(sampleRegistration(alive), [])).kept, true)
    })

    test('a used or expired nonce registers nobody', async () => {
      await using place = await TestStore.open(kind)
      const token = await place.launch(await place.signIn(), { singleUse: false })
      const first = sampleRegistration(token)
      assert.equal((await place.store.agents.register(first, [])).kept, true)
      const again = { ...sampleRegistration(token), nonce: first.nonce }
      await registrationRefused(place, again, 'nonce_used')
      const expired = { ...sampleRegistration(token), nonceExpiresAt: noon }
      await registrationRefused(place, expired, 'nonce_used')
    })

    test('a task entry stops registrations until it is lifted', async () => {
      await using place = await TestStore.open(kind)
      const token = await place.launch(await place.signIn(), { singleUse: false })
      const far = 99_999_999_999
      await place.sql.run(
        `insert into revocations (id, level, target, released, actor, revoked_at, keep_until, lifted_at)
         values ('r1', 'task', 'stopped', 0, 'admin', ?, ?, null), ('r2', 'task', 'lifted', 0, 'admin', ?, ?, ?)`,
        [noon, far, noon, far, noon + 3000],
      )
      const stopped = sampleRegistration(token, { taskId: 'stopped' })
      await registrationRefused(place, stopped, 'task_revoked')
      const early = sampleRegistration(token, { taskId: 'lifted' })
      await registrationRefused(place, early, 'task_revoked')
      place.now = noon + 3000
      await registrationRefused(place, early, 'task_revoked')
      const late = sampleRegistration(token, { taskId: 'lifted', at: place.now })
      assert.equal((await place.store.agents.register(late, [])).kept, true)
    })

    test('a registration signed by a key that is not active is refused', async () => {
      await using place = await TestStore.open(kind)
      const token = await place.launch(await place.signIn())
      const registration = { ...sampleRegistration(token), kid: 'another-kid' }
      await registrationRefused(place, registration, 'key_not_active')
    })

    test('a renewal needs the live token of a young, living session and the active key', async () => {
      await using place = await TestStore.open(kind)
      const { sessions } = place.store
      const live = await place.signIn()
      const expired = await place.signIn({ currentExp: noonSeconds })
      const aged = await place.signIn({ endsAt: noon })
      const revoked = await place.signIn()
      await place.store.sessions.release(sampleRelease(revoked, false), [])
      const events = [sampleEvent()]
      const superseded = sampleSwap({ ...live, currentJti: 'superseded' })
      await refused(place, await sessions.renew(superseded, events), 'session_not_current', 0)
      await refused(place, await sessions.renew(sampleSwap(aged), events), 'session_too_old', 0)
      await refused(place, await sessions.renew(sampleSwap(expired), events), 'session_over', 0)
      await refused(place, await sessions.renew(sampleSwap(revoked), events), 'session_over', 0)
      const otherKey = sampleSwap(live, { kid: 'another-kid' })
      await refused(place, await sessions.renew(otherKey, events), 'key_not_active', 0)
      assert.deepEqual(await place.store.sessions.find(live.sid), live)
      assert.equal((await sessions.renew(sampleSwap(live), events)).kept, true)
    })

    test('a session is released once, and only if it exists', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signIn()
      const { sessions } = place.store
      const unknown = sampleRelease(sampleSession())
      await refused(
        place,
        await sessions.release(unknown, [sampleEvent()]),
        'session_not_current',
        0,
      )
      assert.equal((await sessions.release(sampleRelease(session), [sampleEvent()])).kept, true)
      const again = await sessions.release(sampleRelease(session), [sampleEvent()])
      await refused(place, again, 'session_over', 1)
      assert.equal((await place.store.revocations.inForce(0)).length, 1)
    })
  })
}

function createToken(place: TestStore, creator: Session, token = sampleLaunchToken(creator)) {
  const presented = presentedBy(creator)
  return place.store.launchTokens.create(token, presented, [])
}

async function refused(
  place: TestStore,
  outcome: Outcome<string>,
  guard: string,
  eventsSoFar: number,
): Promise<void> {
  assert.deepEqual(outcome, { kept: false, guard })
  assert.equal(await place.store.audit.count(), eventsSoFar)
}

/** Refused, and neither nonce nor agent, session nor token of it exists. */
async function registrationRefused(
  place: TestStore,
  registration: ReturnType<typeof sampleRegistration>,
  guard: string,
): Promise<void> {
  const before = await countRows(place)
  const outcome = await place.store.agents.register(registration, [sampleEvent()])
  assert.deepEqual(outcome, { kept: false, guard })
  assert.deepEqual(await countRows(place), before)
}

async function countRows(place: TestStore) {
  const [counts] = await place.sql.all(
    `select (select count(*) from nonces) as nonces, (select count(*) from agents) as agents,
      (select count(*) from sessions) as sessions, (select count(*) from tokens) as tokens,
      (select count(*) from audit_events) as events,
      (select count(*) from launch_tokens where used_at is not null) as used`,
  )
  return counts
}
