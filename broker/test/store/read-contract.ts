import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  noon,
  noonSeconds,
  sampleKey,
  sampleLaunchToken,
  sampleRegistration,
  sampleRelease,
  sampleSession,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** What was kept is found again as it was given. */
export function readContract(kind: StoreKind): void {
  describe('reads', () => {
    test('agents, sessions and launch tokens come back whole, with and without optional members', async () => {
      await using place = await TestStore.open(kind)
      const { agents, launchTokens, sessions } = place.store
      const plain = sampleSession()
      const full = sampleSession({ appId: 'app-1', lsid: 'l', taskId: 't', orchId: 'o' })
      for (const session of [plain, full]) {
        await sessions.begin(session, sampleKey.kid, [])
        assert.deepEqual(await sessions.find(session.sid), session)
      }
      const seed = sampleLaunchToken(undefined)
      await launchTokens.create(seed, undefined, [])
      assert.deepEqual(await launchTokens.find(seed.hash), seed)
      const { appId } = await place.registerApp()
      const token = await place.launch(full, { appId, orchId: 'o', taskId: 't' })
      assert.deepEqual(await launchTokens.find(token.hash), token)
      const registration = sampleRegistration(token)
      const agent = { ...registration.agent, appId }
      await agents.register({ ...registration, agent, app: { appId } }, [])
      assert.deepEqual(await agents.find(agent.agentId), agent)
      assert.deepEqual(await launchTokens.find(token.hash), { ...token, usedAt: noon })
      assert.equal(await agents.find('nobody'), undefined)
    })

    test('a launch token is found by its id, and by an app only its own', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const [mine, other] = [
        await place.launch(admin, { appId: 'app-1' }),
        await place.launch(admin),
      ]
      const { launchTokens } = place.store
      assert.deepEqual(await launchTokens.findById(mine.id, {}), mine)
      assert.deepEqual(await launchTokens.findById(mine.id, { appId: 'app-1' }), mine)
      assert.equal(await launchTokens.findById(mine.id, { appId: 'app-2' }), undefined)
      assert.equal(await launchTokens.findById(other.id, { appId: 'app-1' }), undefined)
      for (const id of ['', mine.id.slice(0, 15), `${mine.id}a`, '%', 'f'.repeat(16)]) {
        assert.equal(await launchTokens.findById(id, {}), undefined)
      }
    })

    test('usable launch tokens are listed newest first, page by page', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const ended = await place.signIn()
      const tokens = []
      for (const age of [3, 2, 2, 1, 0]) {
        tokens.unshift(await place.launch(admin, { createdAt: noon - age, appId: 'app-1' }))
      }
      await place.launch(admin, { expiresAt: noon })
      await place.launch(ended)
      await place.store.sessions.release(sampleRelease(ended, false), [])
      const used = await place.launch(admin)
      await place.store.agents.register(sampleRegistration(used), [])
      const { launchTokens } = place.store
      assert.deepEqual(await launchTokens.listUsable({}, { limit: 10 }, noon), tokens)
      const first = await launchTokens.listUsable({ appId: 'app-1' }, { limit: 2 }, noon)
      const after = first.at(-1)
      assert.ok(after !== undefined)
      const rest = await launchTokens.listUsable({ appId: 'app-1' }, { limit: 10, after }, noon)
      assert.deepEqual([...first, ...rest], tokens)
      assert.deepEqual(await launchTokens.listUsable({ appId: 'app-2' }, { limit: 10 }, noon), [])
    })

    test('an agent is active until its token expires or its session ends, renewals included', async () => {
      await using place = await TestStore.open(kind)
      const token = await place.launch(await place.signIn(), { singleUse: false })
      const [renewed, released, left] = [1, 2, 3].map(() => sampleRegistration(token))
      assert.ok(renewed !== undefined && released !== undefined && left !== undefined)
      const { agents, sessions } = place.store
      for (const registration of [renewed, released, left]) await agents.register(registration, [])
      assert.equal(await agents.countActive(noon), 3)
      await sessions.renew(sampleSwap(renewed.session), [])
      await sessions.release(sampleRelease(released.session), [])
      assert.equal(await agents.countActive(noon), 2)
      assert.equal(await agents.countActive(noon + 300_000), 1)
      assert.equal(await agents.countActive(noon + 360_000), 0)
    })

    test('revoking the launching session leaves none of its agents active, releasing it does', async () => {
      await using place = await TestStore.open(kind)
      const [revoked, released] = [await place.signIn(), await place.signIn()]
      for (const launcher of [revoked, released]) {
        await place.store.agents.register(sampleRegistration(await place.launch(launcher)), [])
      }
      await place.store.sessions.release(sampleRelease(revoked, false), [])
      await place.store.sessions.release(sampleRelease(released), [])
      assert.equal(await place.store.agents.countActive(noon), 1)
    })

    test('a revocation entry holds the time of its batch and the highest exp issued before it', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signIn()
      await place.signIn({ currentExp: noonSeconds + 7200 })
      const entry = sampleRelease(session)
      place.now = noon + 5
      await place.store.sessions.release(entry, [])
      await place.signIn({ currentExp: noonSeconds + 9000 })
      const kept = { ...entry, revokedAt: noon + 5, keepUntil: noonSeconds + 7200, seq: 1 }
      assert.deepEqual(await place.store.revocations.inForce(0), [kept])
      assert.equal((await place.store.head()).highestExp, noonSeconds + 9000)
    })
  })
}
