// How much one answer of verification covers; what it finds out is shown in test/http/audit-verify.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditPortion, CheckedPortion } from '../../../src/domain/audit/audit-integrity.ts'
import { mostEvents, verifyAudit } from '../../../src/domain/audit/verify-audit.ts'
import { Fault } from '../../../src/domain/fault.ts'
import { testBroker } from '../../test-broker.ts'

const hash = 'a'.repeat(64)

test('one answer covers a hundred thousand events, in small portions that follow each other', async () => {
  await using log = await longLog(250_000)
  const portions: AuditPortion[] = []
  const answer = await log.verify({}, async (portion) => {
    portions.push(portion)
    return intact(portion)
  })
  assert.equal(mostEvents, 100_000)
  assert.deepEqual([answer.from_seq, answer.to_seq, answer.events_checked], [1, 100_000, 100_000])
  assert.equal(answer.head.seq, 250_000)
  let next = 1
  for (const { fromSeq, toSeq, previous, isFirst } of portions) {
    assert.equal(fromSeq, next)
    assert.ok(toSeq - fromSeq < 5000)
    assert.equal(previous?.seq, fromSeq - 1)
    assert.equal(isFirst, fromSeq === 1)
    next = toSeq + 1
  }
  assert.equal(next, 100_001)
})

test('the caller goes on behind it, to the head', async () => {
  await using log = await longLog(250_000)
  const covered: [number, number][] = []
  for (let from = 1; from <= 250_000;) {
    const answer = await log.verify({ fromSeq: from }, async (portion) => intact(portion))
    covered.push([answer.from_seq, answer.to_seq])
    from = answer.to_seq + 1
  }
  assert.deepEqual(covered, [
    [1, 100_000],
    [100_001, 200_000],
    [200_001, 250_000],
  ])
})

test('a slow reader is not waited for half as long as clients wait: the rest is for the next call', async () => {
  await using log = await longLog(100_000)
  let waited = 0
  const answer = await log.verify({ fromSeq: 11 }, async (portion) => {
    waited += 1500
    log.advance(1500)
    return intact(portion)
  })
  assert.ok(waited < 5000)
  assert.deepEqual([answer.ok, answer.from_seq, answer.to_seq], [true, 11, 3010])
})

test('what retention removes meanwhile is not missed', async () => {
  await using log = await longLog(5000)
  let isPruned = false
  const answer = await log.verify({}, async (portion) => {
    if (isPruned) return intact(portion)
    isPruned = true
    log.prune(3000)
    return { ...intact(portion), error: { seq: 1, reason: 'missing' } }
  })
  assert.deepEqual([answer.ok, answer.from_seq, answer.to_seq], [true, 3001, 5000])
})

test('no more than eight verify at once, and whoever comes later is told to come back', async () => {
  await using log = await longLog(100)
  const all = Array.from({ length: 9 }, () => log.verify({}, async (portion) => intact(portion)))
  const [last] = await Promise.allSettled([all.pop()])
  assert.equal(last.status, 'rejected')
  const refused: unknown = last.reason
  assert.ok(refused instanceof Fault)
  assert.deepEqual([refused.code, refused.retryAfter], ['service_unavailable', 1])
  assert.ok((await Promise.all(all)).every(({ ok }) => ok))
  assert.equal((await log.verify({}, async (portion) => intact(portion))).ok, true)
})

const intact = ({ toSeq }: AuditPortion): CheckedPortion => ({
  checkpoints: 0,
  last: { seq: toSeq, hash },
})

/** A log that is longer than a test has time to write: only its head is real, and checking it is the test's. */
async function longLog(seq: number) {
  const broker = await testBroker()
  const { context } = broker.broker
  const head = { ...(await context.store.head()), seq, hash }
  return {
    advance: (milliseconds: number) => broker.advance(milliseconds),
    prune: (prunedSeq: number) => void Object.assign(head, { prunedSeq, prunedHash: hash }),
    verify(
      asked: { readonly fromSeq?: number },
      check: (portion: AuditPortion) => Promise<CheckedPortion>,
    ) {
      const integrity = { ...context.store.integrity, check }
      const store = { ...context.store, integrity, head: async () => ({ ...head }) }
      return verifyAudit({ ...context, store }, asked)
    },
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  }
}
