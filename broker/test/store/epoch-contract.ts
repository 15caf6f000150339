import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Epoch } from '../../src/domain/epoch/epoch.ts'
import { presentedBy, sampleEvent, sampleLaunchToken } from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

const nextEpoch = (opened: TestStore, id = 'b'): Epoch => ({
  epoch: id.repeat(16),
  notBefore: Math.ceil(opened.now / 1000) + 3,
})

export function epochContract(kind: StoreKind): void {
  describe('epochs', () => {
    test('an epoch begins with its event, and what was begun before it counts no more', async () => {
      await using opened = await TestStore.open(kind)
      const { store } = opened
      const session = await opened.signIn()
      const { epoch, seq } = await store.head()
      const next = nextEpoch(opened)
      const outcome = await store.epochs.begin(next, epoch, [sampleEvent('epoch')])
      assert.equal(outcome.kept, true)
      const head = await store.head()
      assert.deepEqual({ epoch: head.epoch, notBefore: head.notBefore }, next)
      assert.equal(head.seq, seq + 1)
      const presented = presentedBy(session)
      const launched = await store.launchTokens.create(sampleLaunchToken(session), presented, [])
      assert.deepEqual(launched, { kept: false, guard: 'session_over' })
    })

    test('of any number of epochs begun after the same one exactly one begins', async () => {
      await using opened = await TestStore.open(kind)
      const { store } = opened
      const { epoch } = await store.head()
      const outcomes = await Promise.all(
        ['b', 'c', 'd', 'e'].map((id) => store.epochs.begin(nextEpoch(opened, id), epoch, [])),
      )
      assert.deepEqual(
        outcomes.map((outcome) => (outcome.kept ? 'kept' : outcome.guard)),
        ['kept', 'epoch_changed', 'epoch_changed', 'epoch_changed'],
      )
      assert.equal((await store.head()).epoch, 'b'.repeat(16))
    })

    test('an epoch that would count in less than 3 s does not begin', async () => {
      await using opened = await TestStore.open(kind)
      const { store } = opened
      const { epoch } = await store.head()
      const soon = { ...nextEpoch(opened), notBefore: Math.ceil(opened.now / 1000) + 2 }
      const outcome = await store.epochs.begin(soon, epoch, [])
      assert.deepEqual(outcome, { kept: false, guard: 'too_late' })
    })

    test('a store that only goes on never contradicts what was answered from it', async () => {
      await using opened = await TestStore.open(kind)
      const { store } = opened
      for (let count = 0; count < 3; count += 1) {
        await store.audit.append([sampleEvent(), sampleEvent()])
        assert.ok(!('regression' in (await store.epochs.inspect())))
        await store.audit.append([sampleEvent()])
      }
      const { epoch } = await store.head()
      await store.epochs.begin(nextEpoch(opened), epoch, [sampleEvent()])
      assert.ok(!('regression' in (await store.epochs.inspect())))
    })

    test('a head row that was forged is a regression', async () => {
      await using opened = await TestStore.open(kind)
      const { store, sql } = opened
      await store.audit.append([sampleEvent()])
      await store.epochs.inspect()
      const [stored] = await sql.all('select seq from head')
      await sql.run('update head set seq = ?', [0])
      assert.deepEqual(await store.epochs.inspect(), { regression: 'no_head' })
      await sql.run('update head set seq = ?', [stored?.['seq'] ?? null])
      assert.ok(!('regression' in (await store.epochs.inspect())))
    })
  })
}
