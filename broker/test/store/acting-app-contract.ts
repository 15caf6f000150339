import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  freshHex,
  noon,
  presentedBy,
  sampleAppEntry,
  sampleAppLogin,
  sampleEvent,
  sampleLaunchToken,
  sampleRegistration,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** Nobody acts for an app that is not active, unchanged and genuine. */
export function actingAppContract(kind: StoreKind): void {
  describe('acting for an app', () => {
    test('an app that was changed or deregistered since it was read makes and deletes no launch token', async () => {
      await using place = await TestStore.open(kind)
      const admin = presentedBy(await place.signIn())
      const { apps, launchTokens } = place.store
      const app = await place.registerApp()
      const session = await place.signInApp(app)
      const token = sampleLaunchToken(session, { appId: app.appId })
      const asRead = presentedBy(session, { app: { appId: app.appId, version: 1 } })
      const anyVersion = presentedBy(session, { app: { appId: app.appId } })
      assert.equal((await launchTokens.create(token, asRead, [])).kept, true)
      await apps.change({ ...app, scopes: ['a:b:c'], version: 2 }, admin, [])
      const changed = { kept: false, guard: 'app_changed' }
      const late = sampleLaunchToken(session, { appId: app.appId })
      assert.deepEqual(await launchTokens.create(late, asRead, [sampleEvent()]), changed)
      assert.equal((await launchTokens.create(late, anyVersion, [])).kept, true)
      await place.deregister(app)
      const over = { kept: false, guard: 'session_over' }
      const dead = sampleLaunchToken(session, { appId: app.appId })
      assert.deepEqual(await launchTokens.create(dead, anyVersion, [sampleEvent()]), over)
      assert.deepEqual(await launchTokens.remove(token, anyVersion, [sampleEvent()]), over)
      assert.deepEqual(await launchTokens.listUsable({}, { limit: 10 }, noon), [])
      assert.equal(await place.store.audit.count(), 0)
    })

    test('a launch token of an app registers under the ceiling that was read, and never without the app', async () => {
      await using place = await TestStore.open(kind)
      const admin = presentedBy(await place.signIn())
      const { agents, apps } = place.store
      const app = await place.registerApp()
      const session = await place.signInApp(app)
      const token = await place.launch(session, { appId: app.appId, singleUse: false })
      const acting = { appId: app.appId, version: 1 }
      const unguarded = await agents.register(sampleRegistration(token), [])
      assert.deepEqual(unguarded, { kept: false, guard: 'launch_token_spent' })
      const other = await place.registerApp()
      const foreign = { ...sampleRegistration(token), app: { appId: other.appId, version: 1 } }
      const borrowed = await agents.register(foreign, [])
      assert.deepEqual(borrowed, { kept: false, guard: 'launch_token_spent' })
      const first = await agents.register({ ...sampleRegistration(token), app: acting }, [])
      assert.equal(first.kept, true)
      await apps.change({ ...app, scopes: ['a:b:c'], version: 2 }, admin, [])
      const changed = { kept: false, guard: 'app_changed' }
      const late = { ...sampleRegistration(token), app: acting }
      assert.deepEqual(await agents.register(late, [sampleEvent()]), changed)
      await place.deregister(app)
      const dead = { ...sampleRegistration(token), app: { appId: app.appId, version: 2 } }
      assert.deepEqual(await agents.register(dead, [sampleEvent()]), changed)
      assert.equal(await place.store.audit.count(), 0)
    })

    test('after a deregistration none of the app’s agents counts as active', async () => {
      await using place = await TestStore.open(kind)
      const app = await place.registerApp()
      const session = await place.signInApp(app)
      const token = await place.launch(session, { appId: app.appId })
      const registration = sampleRegistration(token)
      await place.store.agents.register(
        {
          ...registration,
          app: { appId: app.appId },
          session: { ...registration.session, appId: app.appId },
        },
        [],
      )
      assert.equal(await place.store.agents.countActive(noon), 1)
      await place.deregister(app)
      assert.equal(await place.store.agents.countActive(noon), 0)
    })

    test('whichever of a login and a deregistration comes first, nothing of the app survives', async () => {
      await using place = await TestStore.open(kind)
      const admin = presentedBy(await place.signIn())
      const { apps, sessions } = place.store
      for (let round = 0; round < 50; round += 1) {
        const app = await place.registerApp()
        const logins = Array.from({ length: 5 }, () => sampleAppLogin(app))
        const began = logins.map((login) => apps.signIn(login, []))
        const ended = apps.deregister(sampleAppEntry(app), admin, [])
        const after = await apps.signIn(sampleAppLogin(app), [])
        assert.equal((await ended).kept, true)
        await Promise.all(began)
        assert.deepEqual(after, { kept: false, guard: 'app_changed' })
        const [entry] = (await place.store.revocations.inForce(0)).filter(
          ({ target }) => target === app.appId,
        )
        for (const { session } of logins) {
          const kept = await sessions.find(session.sid)
          assert.ok(kept === undefined || kept.currentExp <= (entry?.keepUntil ?? 0))
        }
      }
    })

    test('an app row that was changed, or made, by somebody else grants nothing', async () => {
      await using place = await TestStore.open(kind)
      const admin = presentedBy(await place.signIn())
      const { apps, launchTokens, agents } = place.store
      const app = await place.registerApp()
      const session = await place.signInApp(app)
      const token = await place.launch(session, { appId: app.appId })
      for (const change of [
        `scopes = '["*:*:*"]'`,
        `secret_hash = '${freshHex(64)}'`,
        'version = 2',
        'token_ttl = 86400',
        `role = 'verifier'`,
      ]) {
        await place.sql.run(`update apps set ${change} where app_id = ?`, [app.appId])
        assert.equal(await apps.find(app.appId), undefined, change)
        assert.equal(await apps.findByClientId(app.clientId), undefined)
        assert.deepEqual(await apps.list(), [])
        assert.deepEqual(await apps.list({ limit: 1 }), [])
        for (const version of [1, 2]) {
          const acting = { appId: app.appId, version }
          const changed = { kept: false, guard: 'app_changed' }
          const made = sampleLaunchToken(session, { appId: app.appId })
          const under = presentedBy(session, { app: acting })
          assert.deepEqual(await launchTokens.create(made, under, []), changed)
          const registration = { ...sampleRegistration(token), app: acting }
          assert.deepEqual(await agents.register(registration, []), changed)
        }
        const login = await apps.signIn(sampleAppLogin(app), [])
        assert.deepEqual(login, { kept: false, guard: 'app_changed' })
        const gone = await apps.deregister(sampleAppEntry(app), admin, [])
        assert.deepEqual(gone, { kept: false, guard: 'app_inactive' })
      }
    })

    test('a deregistered app cannot be made active again in the database', async () => {
      await using place = await TestStore.open(kind)
      const app = await place.registerApp()
      await place.deregister(app)
      await place.sql.run('update apps set deregistered_at = null')
      await place.sql.run('delete from revocations')
      assert.equal(await place.store.apps.find(app.appId), undefined)
      const login = await place.store.apps.signIn(sampleAppLogin(app), [])
      assert.deepEqual(login, { kept: false, guard: 'app_changed' })
    })

    test('an app row put back as it was before the deregistration grants nothing either', async () => {
      await using place = await TestStore.open(kind)
      const app = await place.registerApp()
      const [row] = await place.sql.all('select updated_at, mac from apps')
      await place.deregister(app)
      await place.sql.run('update apps set deregistered_at = null, updated_at = ?, mac = ?', [
        row?.['updated_at'] ?? null,
        row?.['mac'] ?? null,
      ])
      assert.deepEqual(await place.store.apps.find(app.appId), app)
      const login = await place.store.apps.signIn(sampleAppLogin(app), [])
      assert.deepEqual(login, { kept: false, guard: 'app_changed' })
    })

    test('a session of an app is renewed like any other', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signInApp(await place.registerApp())
      assert.equal((await place.store.sessions.renew(sampleSwap(session), [])).kept, true)
    })
  })
}
