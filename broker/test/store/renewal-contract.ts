import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Claims } from '@agentwrit/protocol'
import type { Repeatable } from '../../src/domain/tokens/renewal.ts'
import type { Session, TokenSwap } from '../../src/domain/tokens/session.ts'
import {
  afterSwap,
  freshHex,
  noon,
  noonSeconds,
  presentedBy,
  sampleEvent,
  sampleKey,
  sampleRelease,
  sampleRepeat,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** What is remembered of a renewal, and what a repeat and a reuse of the old token may do. */
export function renewalContract(kind: StoreKind): void {
  describe('renewals', () => {
    test('a renewal leaves a record with the time of its batch, with and without a key', async () => {
      await using place = await TestStore.open(kind)
      const { sessions } = place.store
      const session = await place.signIn()
      const first = sampleSwap(session)
      const second = withKey(sampleSwap(afterSwap(session, first)))
      await sessions.renew(first, [])
      place.now = noon + 1234
      await sessions.renew(second, [])
      const kid = sampleKey.kid
      assert.deepEqual(await sessions.findRenewal(session.currentJti), {
        oldJti: session.currentJti,
        newJti: first.newJti,
        renewedAt: noon,
        kid,
      })
      const kept = await sessions.findRenewal(first.newJti)
      assert.deepEqual(kept, {
        oldJti: first.newJti,
        newJti: second.newJti,
        renewedAt: noon + 1234,
        kid,
        repeatable: second.repeatable,
      })
      assert.equal(JSON.stringify(kept?.repeatable), JSON.stringify(second.repeatable))
      assert.equal(await sessions.findRenewal(second.newJti), undefined)
    })

    test('a renewal that is not kept leaves no record', async () => {
      await using place = await TestStore.open(kind)
      const { sessions } = place.store
      const session = await place.signIn()
      const swaps = Array.from({ length: 200 }, () => withKey(sampleSwap(session)))
      const outcomes = await Promise.all(swaps.map((swap) => sessions.renew(swap, [])))
      const [winner] = swaps.filter((_, index) => outcomes[index]?.kept === true)
      const kept = await sessions.findRenewal(session.currentJti)
      assert.deepEqual(kept?.repeatable, winner?.repeatable)
      assert.equal((await place.sql.all('select old_jti from renewals')).length, 1)
    })

    test('a renewal record that was changed counts as absent', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signIn()
      await place.store.sessions.renew(withKey(sampleSwap(session)), [])
      const text = `update renewals set claims = replace(claims, 'read:data:a', 'read:data:*')`
      await place.sql.run(text)
      assert.equal(await place.store.sessions.findRenewal(session.currentJti), undefined)
    })

    test('a renewal is repeated in time and while its successor is live', async () => {
      await using place = await TestStore.open(kind)
      const { sessions } = place.store
      const [fresh, replaced, ended] = [
        await renewed(place),
        await renewed(place),
        await renewed(place),
      ]
      await sessions.renew(sampleSwap(afterSwap(replaced.session, replaced.swap)), [])
      await sessions.release(sampleRelease(ended.session), [])
      place.now = noon + 29_999
      assert.equal(await repeat(place, replaced), 'session_not_current')
      assert.equal(await repeat(place, ended), 'session_over')
      assert.equal(await place.store.audit.count(), 0)
      assert.equal(await repeat(place, fresh), 'kept')
      assert.equal(await place.store.audit.count(), 1)
      place.now = noon + 30_000
      assert.equal(await repeat(place, fresh), 'too_late')
      assert.equal(await place.store.audit.count(), 1)
    })

    test('a renewal is not repeated once the launching session was revoked, a release does not matter', async () => {
      await using place = await TestStore.open(kind)
      for (const released of [true, false]) {
        const launcher = await place.signIn()
        const again = await renewed(place, { lsid: launcher.sid })
        await place.store.sessions.release(sampleRelease(launcher, released), [])
        assert.deepEqual(await repeat(place, again), released ? 'kept' : 'session_over')
      }
    })

    test('a renewal in the name of an app needs it active and as it was read, its repeat needs it active', async () => {
      await using place = await TestStore.open(kind)
      const { sessions } = place.store
      const { appId, version } = await place.registerApp()
      const session = await place.signIn({ appId })
      const app = { appId, version }
      const stale = sampleSwap(session, { apps: [{ appId, version: version + 1 }] })
      const changed = { kept: false, guard: 'app_changed' }
      assert.deepEqual(await sessions.renew(stale, []), changed)
      const first = sampleSwap(session, { apps: [app] })
      assert.equal((await sessions.renew(first, [])).kept, true)
      const again = sampleRepeat(session, first, noon + 30_000)
      assert.equal((await sessions.repeatRenewal(again, [])).kept, true)
      const unknown = { ...again, apps: [{ appId: 'unknown' }] }
      const over = { kept: false, guard: 'session_over' }
      assert.deepEqual(await sessions.repeatRenewal(unknown, []), over)
    })

    test('what an app or its agents hold is not renewed once the app is deregistered, nor a renewal repeated', async () => {
      await using place = await TestStore.open(kind)
      const { sessions } = place.store
      const app = await place.registerApp()
      const members = { appId: app.appId }
      const first = await renewed(place, members)
      const session = await place.signIn(members)
      const swap = sampleSwap(session)
      // As if the lineage did not say whose it is: the guard of the acting app alone must stop it.
      const presented = presentedBy({ ...session, appId: 'another-app' })
      await place.deregister(app)
      const refused = await sessions.renew({ ...swap, presented }, [sampleEvent()])
      assert.deepEqual(refused, { kept: false, guard: 'app_changed' })
      const over = { kept: false, guard: 'session_over' }
      assert.deepEqual(await sessions.renew(swap, [sampleEvent()]), over)
      assert.equal(await repeat(place, first), 'session_over')
      assert.equal(await place.store.audit.count(), 0)
    })

    test('the reuse of an old token ends its session, later than the time of grace and once', async () => {
      await using place = await TestStore.open(kind)
      const { session, swap } = await renewed(place)
      const entry = sampleRelease(session, false)
      const end = (id: string) =>
        place.store.sessions.endReused({ ...entry, id }, noon + 10_000, [sampleEvent()])
      place.now = noon + 10_000
      assert.deepEqual(await end('early'), { kept: false, guard: 'too_early' })
      assert.deepEqual(await place.store.revocations.inForce(0), [])
      place.now = noon + 10_001
      const outcomes = await Promise.all(['one', 'two', 'three'].map(end))
      assert.equal(outcomes.filter(({ kept }) => kept).length, 1)
      assert.equal((await place.store.revocations.inForce(0)).length, 1)
      assert.equal(await place.store.audit.count(), 1)
      const next = sampleSwap(afterSwap(session, swap))
      const outcome = await place.store.sessions.renew(next, [])
      assert.deepEqual(outcome, { kept: false, guard: 'session_over' })
      assert.deepEqual(await repeat(place, { session, swap }), 'session_over')
    })
  })
}

interface Renewed {
  readonly session: Session
  readonly swap: TokenSwap
}

async function renewed(place: TestStore, members: Partial<Session> = {}): Promise<Renewed> {
  const session = await place.signIn(members)
  const swap = withKey(sampleSwap(session))
  assert.equal((await place.store.sessions.renew(swap, [])).kept, true)
  return { session, swap }
}

async function repeat(place: TestStore, { session, swap }: Renewed): Promise<string> {
  const asked = sampleRepeat(session, swap, noon + 30_000)
  const outcome = await place.store.sessions.repeatRenewal(asked, [sampleEvent()])
  return outcome.kept ? 'kept' : outcome.guard
}

function withKey(swap: TokenSwap): TokenSwap & { readonly repeatable: Repeatable } {
  const claims: Claims = {
    iss: '',
    exp: swap.newExp,
    nbf: noonSeconds,
    iat: noonSeconds,
    jti: swap.newJti,
    sid: swap.presented.sid,
    sub: 'spiffe://agentwrit.local/agent/o/t/0011223344556677',
    scope: ['read:data:a'],
  }
  return { ...swap, repeatable: { keyHash: freshHex(64), bodyHash: freshHex(64), claims } }
}
