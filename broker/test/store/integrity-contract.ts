import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, test } from 'node:test'
import { checkpointInput, genesisHash, type AuditHead, type Checkpoint } from '@agentwrit/protocol'
import type { AuditPruning, ExpiredEvents } from '../../src/domain/audit/audit-integrity.ts'
import { RowMac } from '../../src/store/row-mac.ts'
import { signingKeys, toSigningKeyRow } from '../../src/store/tables/signing-keys.ts'
import { noon, sampleEvent, sampleKey } from './sample-records.ts'
import { macKey, TestStore, type StoreKind } from './store-place.ts'

const day = 86_400_000
const pair = generateKeyPairSync('ed25519')

/** Checkpoints, checking, and retention that leaves the rest verifiable. */
export function integrityContract(kind: StoreKind): void {
  describe('integrity', () => {
    test('a checkpoint is kept once, over an event that stands as it says, by the active key', async () => {
      await using place = await openSigning(kind, 3)
      const { integrity } = place.store
      const checkpoint = await signAt(place, 2)
      const bad = { ...checkpoint, hash: 'f'.repeat(64) }
      assert.deepEqual(await integrity.keepCheckpoint(bad), { kept: false, guard: 'event_gone' })
      const beyond = { ...checkpoint, seq: 4 }
      assert.deepEqual(await integrity.keepCheckpoint(beyond), { kept: false, guard: 'event_gone' })
      const foreign = { ...checkpoint, kid: 'another-kid' }
      assert.deepEqual(await integrity.keepCheckpoint(foreign), {
        kept: false,
        guard: 'key_not_active',
      })
      const before = await place.store.head()
      assert.equal((await integrity.keepCheckpoint(checkpoint)).kept, true)
      assert.deepEqual(await integrity.keepCheckpoint(checkpoint), {
        kept: false,
        guard: 'made_already',
      })
      assert.deepEqual(await place.store.head(), before)
      assert.deepEqual(await integrity.newestCheckpoint(3), checkpoint)
      assert.equal(await integrity.newestCheckpoint(1), undefined)
    })

    test('a portion is intact with its checkpoints, from its beginning or behind any event', async () => {
      await using place = await openSigning(kind, 6)
      const { integrity } = place.store
      await integrity.keepCheckpoint(await signAt(place, 2))
      await integrity.keepCheckpoint(await signAt(place, 5))
      assert.deepEqual(await check(place, 1, 6), { checkpoints: 2, last: await eventAt(place, 6) })
      assert.deepEqual(await check(place, 3, 4), { checkpoints: 0, last: await eventAt(place, 4) })
      const previous = await eventAt(place, 4)
      const portion = { previous, fromSeq: 5, toSeq: 6, isFirst: false }
      assert.equal((await integrity.check(portion)).checkpoints, 1)
      const wrong = { ...portion, previous: { seq: 4, hash: genesisHash } }
      assert.deepEqual((await integrity.check(wrong)).error, { seq: 5, reason: 'link' })
      assert.deepEqual(await integrity.extent(), { lowest: 1, highest: 6, highestCheckpoint: 5 })
    })

    for (const [what, statement, reason] of [
      [
        'its text changed',
        `update audit_events set event = replace(event, 'number', 'letter')`,
        'hash',
      ],
      ['no JSON any more', `update audit_events set event = substr(event, 2)`, 'unreadable'],
      ['a member that is searched by changed', `update audit_events set task_id = 'other'`, 'mac'],
      ['its MAC changed', `update audit_events set mac = 'AAAA'`, 'mac'],
      ['its time changed', `update audit_events set happened_at = 7`, 'mac'],
      ['itself gone', `delete from audit_events`, 'missing'],
      [
        'its checkpoint’s signature changed',
        `update checkpoints set signature = kid`,
        'checkpoint',
      ],
      [
        'a checkpoint of no time at all',
        `update checkpoints set made_at = 9000000000000000`,
        'checkpoint',
      ],
      [
        'its checkpoint’s time changed',
        `update checkpoints set made_at = made_at + 1`,
        'checkpoint',
      ],
      ['its checkpoint under another key', `update checkpoints set kid = 'x'`, 'checkpoint'],
    ] as const) {
      test(`an event with ${what} is named`, async () => {
        await using place = await openSigning(kind, 6)
        await place.store.integrity.keepCheckpoint(await signAt(place, 3))
        await place.sql.run(`${statement} where seq = 3`)
        assert.deepEqual((await check(place, 1, 6)).error, { seq: 3, reason })
        assert.equal(
          (await check(place, 4, 6)).error?.reason === 'missing',
          reason === 'missing' || reason === 'unreadable',
        )
      })
    }

    test('retention takes a prefix, leaves a signed stub, and the rest verifies', async () => {
      await using place = await openSigning(kind, 5)
      await place.store.integrity.keepCheckpoint(await signAt(place, 2))
      place.now += day
      await place.store.audit.append([sampleEvent('a day later')])
      const expired = await findExpired(place, noon + 1)
      assert.deepEqual(expired, {
        first: 1,
        last: await eventAt(place, 5),
        happenedAt: noon,
        isSigned: false,
      })
      const checkpoint = await signAt(place, 5)
      const pruning = { ...expired, age: day - 1, checkpoint }
      assert.equal((await prune(place, pruning)).kept, true)
      const head = await place.store.head()
      assert.deepEqual([head.seq, head.prunedSeq, head.prunedHash], [7, 5, expired.last.hash])
      assert.equal(await place.store.audit.count(), 2)
      const kept = await place.store.audit.read(1, 10)
      assert.deepEqual(
        kept.map(({ seq }) => seq),
        [6, 7],
      )
      assert.deepEqual(await checkAll(place), { checkpoints: 1, last: pick(head) })
      await place.reopen()
      assert.deepEqual(await checkAll(place), { checkpoints: 1, last: pick(head) })
      await place.sql.run('update checkpoints set hash = signature')
      assert.deepEqual((await checkAll(place)).error, { seq: 5, reason: 'checkpoint' })
    })

    test('what is too young for the store’s own clock stays, and so does all when the stub cannot be kept', async () => {
      await using place = await openSigning(kind, 3)
      place.now += day
      const expired = await findExpired(place, noon + 1)
      const checkpoint = await signAt(place, 3)
      const refused: [Partial<AuditPruning>, string][] = [
        [{ age: day }, 'not_due'],
        [{ first: 0 }, 'event_gone'],
        [{ last: { seq: 3, hash: genesisHash } }, 'event_gone'],
        [{ checkpoint: { ...checkpoint, kid: 'other' } }, 'key_not_active'],
      ]
      for (const [members, guard] of refused) {
        const pruning = { ...expired, age: 1, checkpoint, ...members }
        assert.deepEqual(await prune(place, pruning), { kept: false, guard })
      }
      assert.equal(await place.store.audit.count(), 3)
      assert.equal((await prune(place, { ...expired, age: 1, checkpoint })).kept, true)
      assert.deepEqual(await prune(place, { ...expired, age: 1, checkpoint }), {
        kept: false,
        guard: 'event_gone',
      })
    })

    test('events that are broken are not removed: they are evidence', async () => {
      await using place = await openSigning(kind, 5)
      await place.sql.run(`update audit_events set task_id = 'other' where seq = 3`)
      assert.equal((await findExpired(place, noon + 1)).last.seq, 2)
      await place.sql.run('delete from audit_events where seq = 1')
      assert.deepEqual(await place.store.integrity.findExpired(noon + 1), { broken: 1 })
    })

    test('a checkpoint that is there already serves as the stub', async () => {
      await using place = await openSigning(kind, 3)
      const checkpoint = await signAt(place, 3)
      await place.store.integrity.keepCheckpoint(checkpoint)
      place.now += day
      const expired = await findExpired(place, noon + 1)
      assert.equal(expired.isSigned, true)
      assert.equal((await prune(place, { ...expired, age: 1 })).kept, true)
      assert.deepEqual(await place.store.integrity.newestCheckpoint(9), checkpoint)
      assert.equal((await checkAll(place)).checkpoints, 1)
    })
  })
}

/** A store with so many events, whose active key is `pair`. */
async function openSigning(kind: StoreKind, events: number): Promise<TestStore> {
  const place = await TestStore.open(kind)
  const { x = '' } = pair.publicKey.export({ format: 'jwk' })
  const sealed = new RowMac(macKey).seal(signingKeys, toSigningKeyRow({ ...sampleKey, x }))
  await place.sql.run('update signing_keys set x = ?, mac = ?', [x, sealed['mac'] ?? null])
  for (let number = 1; number <= events; number += 1) {
    await place.store.audit.append([sampleEvent(`number ${number}`)])
  }
  return place
}

async function eventAt(place: TestStore, seq: number): Promise<AuditHead> {
  const [event] = await place.store.audit.read(seq, 1)
  assert.ok(event !== undefined)
  return pick(event)
}

const pick = ({ seq, hash }: AuditHead): AuditHead => ({ seq, hash })

async function signAt(place: TestStore, seq: number): Promise<Checkpoint> {
  const said = { ...(await eventAt(place, seq)), time: new Date(place.now).toISOString() }
  const signature = sign(null, Buffer.from(checkpointInput(said)), pair.privateKey)
  return { ...said, kid: sampleKey.kid, signature: signature.toString('hex') }
}

const check = (place: TestStore, fromSeq: number, toSeq: number) => {
  const previous = fromSeq === 1 ? { seq: 0, hash: genesisHash } : undefined
  return place.store.integrity.check({ previous, fromSeq, toSeq, isFirst: fromSeq === 1 })
}

async function checkAll(place: TestStore) {
  const { seq, prunedSeq, prunedHash } = await place.store.head()
  const previous = { seq: prunedSeq, hash: prunedHash }
  const portion = { previous, fromSeq: prunedSeq + 1, toSeq: seq, isFirst: true }
  return place.store.integrity.check(portion)
}

async function findExpired(place: TestStore, until: number): Promise<ExpiredEvents> {
  const expired = await place.store.integrity.findExpired(until)
  assert.ok(expired !== undefined && 'first' in expired)
  return expired
}

const prune = (place: TestStore, pruning: AuditPruning) =>
  place.store.integrity.prune(pruning, [sampleEvent('pruned')])
