import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { App } from '../../src/domain/apps/app.ts'
import {
  freshHex,
  noon,
  noonSeconds,
  presentedBy,
  sampleApp,
  sampleAppEntry,
  sampleAppLogin,
  sampleEvent,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** What is kept of apps, and the guards of what operators and apps do with them. */
export function appContract(kind: StoreKind): void {
  describe('apps', () => {
    test('an app comes back whole, by id and by client id, with and without optional members', async () => {
      await using place = await TestStore.open(kind)
      const { apps } = place.store
      const plain = await place.registerApp()
      const previousSecret = { hash: freshHex(64), expiresAt: noon + 600_000 }
      const full = await place.registerApp({
        role: 'verifier',
        scopes: [],
        delegatesTo: ['*'],
        previousSecret,
        deregisteredAt: noon,
      })
      for (const app of [plain, full]) {
        assert.deepEqual(await apps.find(app.appId), app)
        assert.deepEqual(await apps.findByClientId(app.clientId), app)
      }
      assert.equal(await apps.find('nobody'), undefined)
      assert.equal(await apps.findByClientId('no-000000000000'), undefined)
      await place.reopen()
      assert.deepEqual(await place.store.apps.find(full.appId), full)
    })

    test('apps are listed newest first, page by page, inactive ones too', async () => {
      await using place = await TestStore.open(kind)
      const all: App[] = []
      for (const age of [3, 2, 2, 1, 0]) {
        all.unshift(await place.registerApp({ createdAt: noon - age }))
      }
      const { apps } = place.store
      await place.deregister(all[1] as App)
      assert.deepEqual(ids(await apps.list()), ids(all))
      assert.equal(await apps.count(), 5)
      const first = await apps.list({ limit: 2 })
      const last = first.at(-1)
      assert.ok(last !== undefined)
      const after = { createdAt: last.createdAt, appId: last.appId }
      assert.deepEqual(ids([...first, ...(await apps.list({ limit: 10, after }))]), ids(all))
    })

    test('a name is taken once, for ever', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const app = await place.registerApp()
      await place.deregister(app)
      const again = sampleApp({ name: app.name })
      const outcome = await place.store.apps.register(again, presentedBy(admin), [sampleEvent()])
      assert.deepEqual(outcome, { kept: false, guard: 'name_taken' })
      assert.equal(await place.store.apps.find(again.appId), undefined)
      assert.equal(await place.store.audit.count(), 0)
    })

    test('of 200 registrations of one name exactly one is kept', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const wanted = Array.from({ length: 200 }, () => sampleApp({ name: 'wanted' }))
      const outcomes = await Promise.all(
        wanted.map((app) => place.store.apps.register(app, presentedBy(admin), [])),
      )
      assert.equal(outcomes.filter(({ kept }) => kept).length, 1)
      assert.equal(await place.store.apps.count(), 1)
    })

    test('an operator whose session is over changes no app', async () => {
      await using place = await TestStore.open(kind)
      const app = await place.registerApp()
      const over = presentedBy(await place.signIn({ currentExp: noonSeconds }))
      const { apps } = place.store
      const refused = { kept: false, guard: 'session_over' }
      const swap = { appId: app.appId, oldHash: app.secretHash, newHash: freshHex(64) }
      assert.deepEqual(await apps.register(sampleApp(), over, []), refused)
      assert.deepEqual(await apps.change({ ...app, version: 2 }, over, []), refused)
      assert.deepEqual(await apps.rotateSecret(swap, over, []), refused)
      assert.deepEqual(await apps.deregister(sampleAppEntry(app), over, []), refused)
      assert.deepEqual(await apps.find(app.appId), app)
      assert.deepEqual(await place.store.revocations.inForce(0), [])
    })

    test('of changes made from one version exactly one is kept', async () => {
      await using place = await TestStore.open(kind)
      const admin = presentedBy(await place.signIn())
      const app = await place.registerApp()
      const changes = ['a:b:1', 'a:b:2'].map((scope) => ({ ...app, scopes: [scope], version: 2 }))
      const outcomes = await Promise.all(
        changes.map((changed) => place.store.apps.change(changed, admin, [])),
      )
      assert.deepEqual(outcomes[1], { kept: false, guard: 'app_changed' })
      assert.deepEqual(await place.store.apps.find(app.appId), changes[0])
    })

    test('deregistration is one change: the app is inactive, and an entry ends what was done for it', async () => {
      await using place = await TestStore.open(kind)
      const app = await place.registerApp()
      await place.signInApp(app, { currentExp: noonSeconds + 7200 })
      place.now = noon + 5
      const entry = await place.deregister(app)
      const at = noon + 5
      const found = await place.store.apps.find(app.appId)
      assert.deepEqual(found, { ...app, deregisteredAt: at, updatedAt: at })
      const kept = { ...entry, revokedAt: at, keepUntil: noonSeconds + 7200, seq: 1 }
      assert.deepEqual(await place.store.revocations.inForce(0), [kept])
      const admin = await place.signIn()
      const again = await place.store.apps.deregister(sampleAppEntry(app), presentedBy(admin), [])
      assert.deepEqual(again, { kept: false, guard: 'app_inactive' })
      assert.equal((await place.store.revocations.inForce(0)).length, 1)
    })

    test('a login needs an active, unchanged app, and a secret it still has', async () => {
      await using place = await TestStore.open(kind)
      const previousSecret = { hash: freshHex(64), expiresAt: noon + 10 }
      const app = await place.registerApp({ previousSecret })
      const { apps, sessions } = place.store
      const withPrevious = { secretHash: previousSecret.hash, isPrevious: true }
      assert.equal((await apps.signIn(sampleAppLogin(app), [])).kept, true)
      assert.equal((await apps.signIn(sampleAppLogin(app, withPrevious), [])).kept, true)
      const bad = [
        sampleAppLogin({ ...app, version: 2 }),
        sampleAppLogin(sampleApp()),
        sampleAppLogin(app, { secretHash: previousSecret.hash }),
        sampleAppLogin(app, { isPrevious: true }),
      ]
      place.now = noon + 10
      for (const login of [...bad, sampleAppLogin(app, withPrevious)]) {
        const outcome = await apps.signIn(login, [sampleEvent()])
        assert.deepEqual(outcome, { kept: false, guard: 'app_changed' })
        assert.equal(await sessions.find(login.session.sid), undefined)
      }
      const otherKey = sampleAppLogin(app, { kid: 'another-kid' })
      assert.deepEqual(await apps.signIn(otherKey, []), { kept: false, guard: 'key_not_active' })
      await place.deregister(app)
      const late = await apps.signIn(sampleAppLogin(app), [])
      assert.deepEqual(late, { kept: false, guard: 'app_changed' })
      assert.equal(await place.store.audit.count(), 0)
    })

    test('a rotation replaces the secret that was read, and drops an older one', async () => {
      await using place = await TestStore.open(kind)
      const admin = presentedBy(await place.signIn())
      const { apps } = place.store
      const app = await place.registerApp()
      const [second, third] = [freshHex(64), freshHex(64)]
      const oldExpiresAt = noon + 600_000
      const swap = { appId: app.appId, oldHash: app.secretHash, newHash: second, oldExpiresAt }
      assert.equal((await apps.rotateSecret(swap, admin, [])).kept, true)
      const previousSecret = { hash: app.secretHash, expiresAt: oldExpiresAt }
      const rotated = { ...app, secretHash: second, previousSecret }
      assert.deepEqual(await apps.find(app.appId), rotated)
      const stale = await apps.rotateSecret({ ...swap, newHash: third }, admin, [])
      assert.deepEqual(stale, { kept: false, guard: 'app_changed' })
      const atOnce = { appId: app.appId, oldHash: second, newHash: third }
      assert.equal((await apps.rotateSecret(atOnce, admin, [])).kept, true)
      assert.deepEqual(await apps.find(app.appId), { ...app, secretHash: third })
      await place.deregister(app)
      const dead = { appId: app.appId, oldHash: third, newHash: second }
      const outcome = await apps.rotateSecret(dead, admin, [])
      assert.deepEqual(outcome, { kept: false, guard: 'app_changed' })
    })
  })
}

function ids(list: readonly App[]): string[] {
  return list.map(({ appId }) => appId)
}
