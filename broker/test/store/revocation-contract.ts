import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { untilLifted, type Revocation } from '../../src/domain/revocation/revocation.ts'
import { countRows } from './count-rows.ts'
import {
  freshHex,
  noon,
  noonSeconds,
  presentedBy,
  sampleEvent,
  sampleRelease,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** How entries are made, repeated and lifted. */
export function revocationContract(kind: StoreKind): void {
  describe('revocations', () => {
    test('of 100 revocations of the same exactly one is kept, and the others write nothing', async () => {
      await using place = await TestStore.open(kind)
      const { revocations, audit } = place.store
      const admin = presentedBy(await place.signIn())
      const made = Array.from({ length: 100 }, () => sampleEntry('task', 'october'))
      const outcomes = await Promise.all(
        made.map((entry) => revocations.revoke(entry, admin, [sampleEvent()])),
      )
      const lost = outcomes.filter(
        (outcome) => !outcome.kept && outcome.guard === 'revoked_already',
      )
      assert.equal(lost.length, 99)
      assert.equal(await audit.count(), 1)
      const winner = made.find((_, index) => outcomes[index]?.kept)
      const [kept, ...others] = await revocations.inForce(place.now)
      assert.deepEqual(others, [])
      assert.deepEqual(kept, { ...winner, revokedAt: noon, keepUntil: untilLifted, seq: 1 })
      assert.deepEqual(await revocations.findStanding('task', 'october'), kept)
      assert.deepEqual(await revocations.find(kept?.id ?? ''), kept)
      for (const level of ['agent', 'chain', 'token'] as const) {
        assert.equal(await revocations.findStanding(level, 'october'), undefined)
        const other = await revocations.revoke(sampleEntry(level, 'october'), admin, [])
        assert.equal(other.kept, true)
      }
    })

    test('a release and the part of a whole stand for nobody else’s revocation', async () => {
      await using place = await TestStore.open(kind)
      const { revocations, sessions } = place.store
      const admin = presentedBy(await place.signIn())
      const [given, taken] = [
        await place.signIn({ sub: 'app:a' }),
        await place.signIn({ sub: 'app:b' }),
      ]
      await sessions.release(sampleRelease(given), [sampleEvent()])
      await revocations.revokePrincipal(sampleEntry('agent', 'app:b'), admin, [sampleEvent()])
      for (const { currentJti, sid } of [given, taken]) {
        assert.equal(await revocations.findStanding('token', currentJti), undefined)
        const entry = { ...sampleEntry('token', currentJti), sid }
        assert.equal((await revocations.revoke(entry, admin, [sampleEvent()])).kept, true)
        assert.equal((await revocations.findStanding('token', currentJti))?.id, entry.id)
      }
    })

    test('nobody revokes or lifts with a dead bearer, nor in the name of an inactive app', async () => {
      await using place = await TestStore.open(kind)
      const { revocations, sessions } = place.store
      const dead = await place.signIn()
      const { id } = await revoked(place, 'task', 'october')
      await sessions.release(sampleRelease(dead), [sampleEvent()])
      const app = await place.registerApp()
      const bearer = await place.signInApp(app)
      await place.sql.run('update apps set role = ? where app_id = ?', ['verifier', app.appId])
      const before = await countRows(place)
      const entry = sampleEntry('agent', 'a')
      for (const [presented, guard] of [
        [presentedBy(dead), 'session_over'],
        [presentedBy(dead, { jti: freshHex(32) }), 'session_not_current'],
        // Its row was changed by somebody who has no key for its MAC: it counts as absent.
        [presentedBy(bearer, { app: { appId: app.appId } }), 'app_changed'],
      ] as const) {
        const refused = { kept: false, guard }
        assert.deepEqual(await revocations.revoke(entry, presented, [sampleEvent()]), refused)
        assert.deepEqual(await revocations.repeat(id, presented, [sampleEvent()]), refused)
        const whole = sampleEntry('agent', 'admin')
        assert.deepEqual(
          await revocations.revokePrincipal(whole, presented, [sampleEvent()]),
          refused,
        )
        if (guard === 'app_changed') continue
        const by = { actor: 'admin', presented }
        assert.deepEqual(await revocations.lift({ id }, by, [sampleEvent()]), refused)
      }
      assert.deepEqual(await countRows(place), before)
    })

    test('a repeat writes nothing but its events, and nothing once the entry was lifted', async () => {
      await using place = await TestStore.open(kind)
      const { revocations, audit } = place.store
      const admin = presentedBy(await place.signIn())
      const { id } = await revoked(place, 'task', 'october')
      const before = await revocations.find(id)
      place.now += 1000
      assert.equal((await revocations.repeat(id, admin, [sampleEvent()])).kept, true)
      assert.deepEqual(await revocations.find(id), before)
      const count = await audit.count()
      await revocations.lift({ id }, { actor: 'admin', presented: admin }, [])
      const lifted = { kept: false, guard: 'lifted' }
      assert.deepEqual(await revocations.repeat(id, admin, [sampleEvent()]), lifted)
      assert.equal(await audit.count(), count)
    })

    test('of an app or operator every session that is kept ends, and no other; each time is a new entry', async () => {
      await using place = await TestStore.open(kind)
      const { revocations, sessions } = place.store
      const admin = presentedBy(await place.signIn())
      const own = [await place.signIn({ sub: 'app:a' }), await place.signIn({ sub: 'app:a' })]
      await place.signIn({ sub: 'app:b' })
      const [given] = own
      if (given !== undefined) await sessions.release(sampleRelease(given), [sampleEvent()])
      place.now += 500
      const whole = sampleEntry('agent', 'app:a')
      const outcome = await revocations.revokePrincipal(whole, admin, [sampleEvent()])
      assert.ok(outcome.kept)
      const parts = own.map(({ sid, currentJti }) => ({
        ...whole,
        id: `${whole.id}.${sid}`,
        level: 'token',
        target: currentJti,
        sid,
        partOf: whole.id,
        revokedAt: noon + 500,
        keepUntil: noonSeconds + 300,
        seq: outcome.seq,
      }))
      assert.deepEqual(outcome.ended.toSorted(byId), parts.toSorted(byId))
      const kept = (await revocations.inForce(place.now)).filter(
        ({ partOf }) => partOf === whole.id,
      )
      assert.deepEqual(kept.toSorted(byId), parts.toSorted(byId))
      const listed = await revocations.list({}, { limit: 10 }, place.now)
      assert.deepEqual(
        listed.map(({ level, released }) => [level, released]),
        [
          ['agent', false],
          ['token', true],
        ],
      )
      const again = await revocations.revokePrincipal(sampleEntry('agent', 'app:a'), admin, [])
      assert.ok(again.kept && again.ended.length === 2)
    })

    test('a lifting comes at a whole second after 3 s, is kept until what was issued has expired, and happens once', async () => {
      await using place = await TestStore.open(kind)
      const { revocations, audit } = place.store
      const by = { actor: 'operator:olga', presented: presentedBy(await place.signIn()) }
      const { id } = await revoked(place, 'task', 'october')
      place.now = noon + 1
      const count = await audit.count()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, () => revocations.lift({ id }, by, [sampleEvent()])),
      )
      assert.equal(outcomes.filter(({ kept }) => kept).length, 1)
      assert.equal(await audit.count(), count + 1)
      const lifted = await revocations.find(id)
      assert.equal(lifted?.liftedAt, noon + 4000)
      assert.equal(lifted?.liftedBy, 'operator:olga')
      assert.equal(lifted?.keepUntil, noonSeconds + 300)
      assert.equal(await revocations.findStanding('task', 'october'), undefined)

      // Nothing that was issued is alive, but the entry must still tell when it was lifted.
      const last = await revoked(place, 'task', 'november')
      place.now = noon + 298_000
      assert.equal((await revocations.lift(last, by, [sampleEvent()])).kept, true)
      assert.equal((await revocations.find(last.id))?.keepUntil, noonSeconds + 301)
      const agent = await revoked(place, 'agent', 'a')
      const refused = { kept: false, guard: 'lifted_already' }
      assert.deepEqual(await revocations.lift(agent, by, [sampleEvent()]), refused)
    })

    test('entries are listed newest first, by level, target and whether they are in force', async () => {
      await using place = await TestStore.open(kind)
      const { revocations } = place.store
      const by = { actor: 'admin', presented: presentedBy(await place.signIn()) }
      const [a, b, c, d] = [
        await revoked(place, 'task', 'a'),
        await revoked(place, 'agent', 'b'),
        await revoked(place, 'chain', 'b'),
        await revoked(place, 'task', 'd'),
      ]
      await revocations.lift(a, by, [sampleEvent()])
      const ids = async (...asked: Parameters<typeof revocations.list>) =>
        (await revocations.list(...asked)).map(({ id }) => id)
      const page = { limit: 10 }
      assert.deepEqual(await ids({}, page, noon), [d.id, c.id, b.id, a.id])
      assert.deepEqual(await ids({ target: 'b' }, page, noon), [c.id, b.id])
      assert.deepEqual(await ids({ target: 'b', level: 'agent' }, page, noon), [b.id])
      assert.deepEqual(await ids({ isInForce: true }, page, noon + 2999), [d.id, c.id, b.id, a.id])
      assert.deepEqual(await ids({ isInForce: false }, page, noon + 3000), [a.id])
      assert.deepEqual(await ids({ isInForce: true }, page, noon + 300_000), [d.id])
      const [second] = await revocations
        .list({}, { limit: 2 }, noon)
        .then((found) => found.slice(1))
      assert.deepEqual(await ids({}, { limit: 5, ...(second && { after: second }) }, noon), [
        b.id,
        a.id,
      ])
    })
  })
}

export function sampleEntry(level: Revocation['level'], target: string): Revocation {
  return { id: freshHex(32), level, target, released: false, actor: 'admin' }
}

async function revoked(place: TestStore, level: Revocation['level'], target: string) {
  const entry = sampleEntry(level, target)
  const admin = presentedBy(await place.signIn())
  assert.equal((await place.store.revocations.revoke(entry, admin, [sampleEvent()])).kept, true)
  return entry
}

function byId(one: { readonly id: string }, other: { readonly id: string }): number {
  return one.id < other.id ? -1 : 1
}
