import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lineageOf } from '@agentwrit/protocol'
import type { KeyRotation, SigningKey } from '../../src/domain/signing-keys/signing-key.ts'
import type { PresentedSession } from '../../src/domain/tokens/presented-session.ts'
import type { Session } from '../../src/domain/tokens/session.ts'
import {
  freshHex,
  noon,
  noonSeconds,
  sampleEvent,
  sampleKey,
  sampleRelease,
  sampleSession,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

const imported = { importedAt: noon - 5000 }

/** What becomes of signing keys, and what holds them back. */
export function signingKeyContract(kind: StoreKind): void {
  describe('signing keys', () => {
    test('a rotation keeps both keys whole, and signs with the new one only', async () => {
      await using place = await TestStore.open(kind)
      const { signingKeys, sessions } = place.store
      const rotation = sampleRotation()
      const outcome = await signingKeys.rotate(rotation, presented(await place.signIn()), [
        sampleEvent('rotated'),
      ])
      assert.equal(outcome.kept, true)
      assert.deepEqual(await signingKeys.all(), [rotation.previous.after, rotation.made])
      assert.equal(await place.store.audit.count(), 1)
      const old = await sessions.begin(sampleSession(), sampleKey.kid, [])
      assert.deepEqual(old, { kept: false, guard: 'key_not_active' })
      assert.equal((await sessions.begin(sampleSession(), madeOf(rotation).kid, [])).kept, true)
      await place.reopen()
      assert.deepEqual(await place.store.signingKeys.all(), [
        rotation.previous.after,
        rotation.made,
      ])
    })

    test('of 100 rotations of one key exactly one is kept, and one key is active', async () => {
      await using place = await TestStore.open(kind)
      const { signingKeys } = place.store
      const admin = presented(await place.signIn())
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, index) => {
          const rotation = { ...sampleRotation(), isEmergency: index % 2 === 0 }
          return signingKeys.rotate(rotation, admin, [sampleEvent()])
        }),
      )
      const lost = outcomes.filter((outcome) => !outcome.kept && outcome.guard === 'key_changed')
      assert.equal(lost.length, 99)
      const statuses = (await signingKeys.all()).map(({ status }) => status)
      assert.deepEqual(statuses, ['retiring', 'active'])
      assert.equal(await place.store.audit.count(), 1)
    })

    test('an emergency overtakes the logins that wait, and none of them is kept under its key', async () => {
      await using place = await TestStore.open(kind)
      const { signingKeys, sessions } = place.store
      const admin = presented(await place.signIn())
      const begin = () => sessions.begin(sampleSession(), sampleKey.kid, [])
      const under = begin()
      const waiting = [begin(), begin()]
      const rotation = { ...sampleRotation(), isEmergency: true }
      assert.equal((await signingKeys.rotate(rotation, admin, [])).kept, true)
      assert.equal((await under).kept, true)
      for (const outcome of await Promise.all(waiting)) {
        assert.deepEqual(outcome, { kept: false, guard: 'key_not_active' })
      }
    })

    test('an operator whose session is over rotates nothing', async () => {
      await using place = await TestStore.open(kind)
      const { signingKeys, sessions } = place.store
      const expired = await place.signIn({ currentExp: noonSeconds })
      const released = await place.signIn()
      await sessions.release(sampleRelease(released), [])
      for (const over of [expired, released]) {
        const outcome = await signingKeys.rotate(sampleRotation(), presented(over), [sampleEvent()])
        assert.deepEqual(outcome, { kept: false, guard: 'session_over' })
      }
      assert.deepEqual(await signingKeys.all(), [sampleKey])
      assert.equal(await place.store.audit.count(), 0)
    })

    test('a bearer of a key that is over rotates nothing', async () => {
      await using place = await TestStore.open(kind)
      const admin = presented(await place.signIn())
      const rotation = sampleRotation({ status: 'compromised', sealed: '', retiredAt: noon })
      assert.equal((await place.store.signingKeys.rotate(rotation, admin, [])).kept, true)
      const next = sampleRotation({ status: 'retiring', retiresAt: noon }, madeOf(rotation))
      const outcome = await place.store.signingKeys.rotate(next, admin, [])
      assert.deepEqual(outcome, { kept: false, guard: 'session_over' })
    })

    test('a retired key loses its private half, and a key that changed since it was read is left alone', async () => {
      await using place = await TestStore.open(kind)
      const { signingKeys } = place.store
      const rotation = sampleRotation()
      await signingKeys.rotate(rotation, presented(await place.signIn()), [])
      const before = rotation.previous.after
      const after: SigningKey = { ...before, status: 'retired', sealed: '', retiredAt: noon + 9 }
      for (const stale of [sampleKey, { ...before, sealed: 'sealed-at-another-time' }]) {
        const outcome = await signingKeys.retire({ before: stale, after }, [sampleEvent()])
        assert.deepEqual(outcome, { kept: false, guard: 'key_changed' })
      }
      const outcome = await signingKeys.retire({ before, after }, [sampleEvent()])
      assert.equal(outcome.kept, true)
      assert.deepEqual(await signingKeys.all(), [after, rotation.made])
      const stored = await place.sql.all('select sealed from signing_keys where kid = ?', [
        before.kid,
      ])
      assert.deepEqual(
        stored.map(({ sealed }) => sealed),
        [''],
      )
      assert.equal(await place.store.audit.count(), 1)
    })

    test('a retired key that is made to look active again is no key', async () => {
      await using place = await TestStore.open(kind)
      const { signingKeys } = place.store
      const rotation = sampleRotation({ status: 'compromised', sealed: '', retiredAt: noon })
      await signingKeys.rotate(rotation, presented(await place.signIn()), [])
      await place.sql.run('update signing_keys set retired_at = null where kid = ?', [
        sampleKey.kid,
      ])
      assert.deepEqual(await signingKeys.all(), [rotation.made])
    })

    test('a key is in use while a session that has had a token of it is not over', async () => {
      await using place = await TestStore.open(kind)
      const { signingKeys } = place.store
      const inUse = (at: number) => signingKeys.isInUse(sampleKey.kid, at)
      assert.equal(await inUse(noon), false)
      await place.signIn({ currentExp: noonSeconds + 10, endsAt: noon + 100_000 })
      await place.signIn({ currentExp: noonSeconds + 50, endsAt: noon + 5000 })
      assert.equal(await inUse(noon + 9_999), true)
      assert.equal(await inUse(noon + 10_000), false)
      assert.equal(await signingKeys.isInUse('another-kid', noon), false)
    })

    test('the last end of a session is that of one with an unexpired token', async () => {
      await using place = await TestStore.open(kind)
      const { signingKeys } = place.store
      assert.equal(await signingKeys.lastSessionEnd(noon), 0)
      await place.signIn({ currentExp: noonSeconds + 10, endsAt: noon + 100_000 })
      await place.signIn({ currentExp: noonSeconds + 20, endsAt: noon + 50_000 })
      assert.equal(await signingKeys.lastSessionEnd(noon + 9_999), noon + 100_000)
      assert.equal(await signingKeys.lastSessionEnd(noon + 10_000), noon + 50_000)
    })
  })
}

function sampleRotation(
  change: Partial<SigningKey> = { status: 'retiring', retiresAt: noon + 1000, sealed: 'anew' },
  before: SigningKey = sampleKey,
): KeyRotation {
  const made: SigningKey = {
    ...sampleKey,
    ...imported,
    kid: `kid-${freshHex(8)}`,
    createdAt: before.createdAt + 1,
  }
  return { previous: { before, after: { ...before, ...change } }, made, isEmergency: false }
}

function madeOf({ made }: KeyRotation): SigningKey {
  assert.ok(made !== undefined)
  return made
}

function presented(session: Session): PresentedSession {
  const { sid, sub, currentJti: jti } = session
  return {
    sid,
    jti,
    iat: noonSeconds,
    kids: [sampleKey.kid],
    lineage: lineageOf({ jti, sid, sub }),
  }
}
