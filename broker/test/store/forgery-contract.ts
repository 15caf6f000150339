import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  noon,
  presentedBy,
  sampleEvent,
  sampleKey,
  sampleRegistration,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** Whoever can write to the database but lacks the MAC key gains nothing. */
export function forgeryContract(kind: StoreKind): void {
  describe('forgery', () => {
    test('a launch token row that was changed counts as absent', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const token = await place.launch(admin)
      await place.sql.run(`update launch_tokens set allowed_scope = '["*:*:*"]'`)
      const { launchTokens, agents } = place.store
      assert.equal(await launchTokens.find(token.hash), undefined)
      assert.equal(await launchTokens.findById(token.id, {}), undefined)
      assert.deepEqual(await launchTokens.listUsable({}, { limit: 10 }, noon), [])
      const registered = await agents.register(sampleRegistration(token), [])
      assert.deepEqual(registered, { kept: false, guard: 'launch_token_spent' })
      const presented = presentedBy(admin)
      const removed = await launchTokens.remove(token, presented, [])
      assert.deepEqual(removed, { kept: false, guard: 'launch_token_spent' })
    })

    test('a used launch token cannot be made unused', async () => {
      await using place = await TestStore.open(kind)
      const token = await place.launch(await place.signIn())
      await place.store.agents.register(sampleRegistration(token), [])
      await place.sql.run('update launch_tokens set used_at = null')
      const again = await place.store.agents.register(sampleRegistration(token), [])
      assert.deepEqual(again, { kept: false, guard: 'launch_token_spent' })
    })

    test('a MAC does not fit another row', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const [wide, narrow] = [await place.launch(admin), await place.launch(admin)]
      await place.sql.run(
        `update launch_tokens set mac = (select mac from launch_tokens where hash = ?) where hash = ?`,
        [wide.hash, narrow.hash],
      )
      assert.equal(await place.store.launchTokens.find(narrow.hash), undefined)
      assert.deepEqual(await place.store.launchTokens.find(wide.hash), wide)
    })

    test('a page of launch tokens does not end at a forged row', async () => {
      await using place = await TestStore.open(kind)
      const admin = await place.signIn()
      const oldest = await place.launch(admin, { createdAt: noon - 2 })
      const forged = await place.launch(admin, { createdAt: noon - 1 })
      const newest = await place.launch(admin)
      await place.sql.run('update launch_tokens set max_ttl = 9 where hash = ?', [forged.hash])
      const page = await place.store.launchTokens.listUsable({}, { limit: 2 }, noon)
      assert.deepEqual(page, [newest, oldest])
    })

    test('a signing key that was added or changed signs nothing', async () => {
      await using place = await TestStore.open(kind)
      const session = await place.signIn()
      await place.sql.run(
        `insert into signing_keys (kid, x, sealed, status, created_at, mac)
         select 'forged', x, sealed, status, created_at, mac from signing_keys`,
      )
      assert.deepEqual(await place.store.signingKeys.all(), [sampleKey])
      const forged = sampleSwap(session, { kid: 'forged' })
      const renewed = await place.store.sessions.renew(forged, [])
      assert.deepEqual(renewed, { kept: false, guard: 'key_not_active' })
      await place.sql.run(`update signing_keys set status = 'retired' where kid = ?`, [
        sampleKey.kid,
      ])
      assert.deepEqual(await place.store.signingKeys.all(), [])
    })

    test('an audit event that was changed is not shown', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append([sampleEvent('first'), sampleEvent('second')])
      await place.sql.run(`update audit_events set event = replace(event, 'first', 'other')`)
      const details = (await place.store.audit.read(1, 10)).map(({ detail }) => detail)
      assert.deepEqual(details, ['second'])
    })

    test('a head row that was changed or is missing stops everything with 503', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append([sampleEvent()])
      await place.sql.run('update head set seq = 0')
      const unavailable = { code: 'service_unavailable', retryAfter: 1 }
      await assert.rejects(place.store.head(), unavailable)
      await assert.rejects(place.store.audit.count(), unavailable)
      await assert.rejects(place.store.audit.append([sampleEvent()]), unavailable)
      await assert.rejects(place.store.probe(), unavailable)
      await place.sql.run('update head set seq = 1')
      assert.equal(await place.store.audit.count(), 1)
      await place.store.probe()
      await place.sql.run('delete from head')
      await assert.rejects(place.store.audit.append([sampleEvent()]), unavailable)
    })
  })
}
