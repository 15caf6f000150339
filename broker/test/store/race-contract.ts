import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Session } from '../../src/domain/tokens/session.ts'
import {
  afterSwap,
  noonSeconds,
  sampleEvent,
  sampleRegistration,
  sampleRelease,
  sampleRepeat,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

const crowd = Array.from({ length: 1000 })

/** One shot is one shot. */
export function raceContract(kind: StoreKind): void {
  describe('races', () => {
    test('of 1,000 registrations with one single-use launch token exactly one is kept', async () => {
      await using place = await TestStore.open(kind)
      const token = await place.launch(await place.signIn())
      const outcomes = await Promise.all(
        crowd.map(() => place.store.agents.register(sampleRegistration(token), [sampleEvent()])),
      )
      assert.equal(outcomes.filter(({ kept }) => kept).length, 1)
      assert.equal(await place.store.audit.count(), 1)
      assert.equal(await place.store.agents.countActive(place.now), 1)
      assert.equal((await place.sql.all('select nonce from nonces')).length, 1)
    })

    test('of 1,000 registrations with one nonce exactly one is kept', async () => {
      await using place = await TestStore.open(kind)
      const token = await place.launch(await place.signIn(), { singleUse: false })
      const { nonce } = sampleRegistration(token)
      const outcomes = await Promise.all(
        crowd.map(() => place.store.agents.register({ ...sampleRegistration(token), nonce }, [])),
      )
      assert.equal(outcomes.filter(({ kept }) => kept).length, 1)
    })

    test('of 1,000 renewals of one token exactly one is kept', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signIn()
      const swaps = crowd.map(() => sampleSwap(session))
      const outcomes = await Promise.all(
        swaps.map((swap) => place.store.sessions.renew(swap, [sampleEvent()])),
      )
      const winners = swaps.filter((_, index) => outcomes[index]?.kept === true)
      assert.equal(winners.length, 1)
      const now = await place.store.sessions.find(session.sid)
      assert.equal(now?.currentJti, winners[0]?.newJti)
      assert.equal(now?.currentExp, noonSeconds + 360)
      assert.equal((await place.sql.all('select jti from tokens')).length, 2)
    })

    test('a multi-use launch token registers everybody who asks', async () => {
      await using place = await TestStore.open(kind)
      const token = await place.launch(await place.signIn(), { singleUse: false })
      const outcomes = await Promise.all(
        crowd.slice(0, 200).map(() => place.store.agents.register(sampleRegistration(token), [])),
      )
      assert.ok(outcomes.every(({ kept }) => kept))
      assert.equal(await place.store.agents.countActive(place.now), 200)
    })

    test('in 1,000 sessions nothing is renewed, nor a renewal repeated, after the session has ended', async () => {
      await using place = await TestStore.open(kind)
      const { sessions, audit } = place.store
      const ended = await Promise.all(crowd.map(() => place.signIn()))
      place.now += 1
      const submit = async (session: Session, index: number) => {
        const event = (what: string) => [sampleEvent(`${session.sid} ${what}`)]
        const first = sampleSwap(session)
        const second = sampleSwap(afterSwap(session, first))
        const repeat = sampleRepeat(session, first, place.now + 1)
        const entry = sampleRelease(session, index % 2 === 0)
        const end = () =>
          index % 3 === 0
            ? sessions.release(entry, event('ended'))
            : sessions.endReused(entry, place.now - 1, event('ended'))
        const others: (() => Promise<unknown>)[] = [
          () => sessions.renew(first, event('renewed')),
          () => sessions.repeatRenewal(repeat, event('repeated')),
          () => sessions.renew(second, event('renewed again')),
          () => sessions.repeatRenewal(repeat, event('repeated again')),
        ]
        // An end overtakes whatever waits, so some of the others get a start.
        const early = others.slice(0, index % 5).map((change) => change())
        await early[0]
        await Promise.all([...early, end(), ...others.slice(index % 5).map((change) => change())])
      }
      await Promise.all(ended.map(submit))
      const over = new Set<string>()
      const seen = { before: 0, after: 0 }
      for (const { detail } of await audit.read(1, 9000)) {
        const [sid = '', what] = detail.split(' ')
        if (what === 'ended') over.add(sid)
        else if (over.has(sid)) seen.after += 1
        else seen.before += 1
      }
      assert.equal(over.size, 1000)
      assert.equal(seen.after, 0)
      assert.ok(seen.before >= 800, `${seen.before} renewals were early enough`)
    })

    test('of many releases of one session exactly one is kept, and no renewal after it', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signIn()
      const releases = await Promise.all(
        crowd.slice(0, 100).map(() => place.store.sessions.release(sampleRelease(session), [])),
      )
      assert.equal(releases.filter(({ kept }) => kept).length, 1)
      const renewed = await place.store.sessions.renew(sampleSwap(session), [])
      assert.deepEqual(renewed, { kept: false, guard: 'session_over' })
    })
  })
}
