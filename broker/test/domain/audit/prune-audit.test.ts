// Retention of the audit trail: contract 5.4.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { pruneAudit } from '../../../src/domain/audit/prune-audit.ts'
import { startMaintenance } from '../../../src/maintenance.ts'
import {
  exportTrail,
  newestCheckpoint,
  verifyExport,
  verifyOnline,
  writeEvents,
} from '../../audit-trail.ts'
import { accept, copyDatabase, putBack } from '../../restored.ts'
import { testBroker, type TestBroker } from '../../test-broker.ts'

const day = 86_400_000
const environment = { AA_AUDIT_RETENTION_DAYS: '30' }
const prune = ({ broker }: TestBroker) => pruneAudit(broker.context)
const headOf = ({ broker }: TestBroker) => broker.context.store.head()

test('without a setting everything is kept', async () => {
  await using broker = await testBroker()
  await writeEvents(broker, 3)
  broker.advance(10_000 * day)
  assert.equal(await prune(broker), 0)
  assert.equal((await exportTrail(broker)).length, 3)
})

test('events go when they are older than said, and not before', async () => {
  await using broker = await testBroker({ environment })
  await writeEvents(broker, 3)
  broker.advance(1)
  await writeEvents(broker, 2)
  broker.advance(30 * day - 1)
  assert.equal(await prune(broker), 0)
  broker.advance(1)
  assert.equal(await prune(broker), 3)
  assert.equal(await prune(broker), 0)
  broker.advance(1)
  assert.equal(await prune(broker), 2)
})

test('what is removed is named by an event and signed, and the rest verifies online, as an export and after a restart', async () => {
  await using broker = await testBroker({ environment })
  await broker.agent()
  const before = await exportTrail(broker)
  const last = before.at(-1)
  assert.ok(last !== undefined)
  broker.advance(31 * day)
  await writeEvents(broker, 2)
  assert.equal(await prune(broker), before.length)
  const events = await exportTrail(broker)
  const named = events.find(({ event_type: type }) => type === 'audit_pruned')
  assert.equal(named?.actor, 'system')
  assert.equal(named.detail, `audit events removed | through_seq=${last.seq} | hash=${last.hash}`)
  const stub = await newestCheckpoint(broker)
  assert.deepEqual([stub?.seq, stub?.hash], [last.seq, last.hash])
  for (const round of ['before', 'after'] as const) {
    const online = await verifyOnline(broker)
    assert.equal(online.ok, true)
    assert.equal(online.from_seq, last.seq + 1)
    assert.equal(online.to_seq, online.head.seq)
    assert.ok(online.checkpoints_checked >= 1)
    const now = await exportTrail(broker)
    const { seq, prunedSeq } = await headOf(broker)
    assert.equal(now.length, seq - prunedSeq)
    assert.equal(await broker.broker.context.store.audit.count(), now.length)
    const kept = { start: last, checkpoints: stub === undefined ? [] : [stub] }
    const result = await verifyExport(broker, now, kept)
    assert.deepEqual([result.ok, result.checkpoints_checked], [true, 1])
    const whole = await verifyExport(broker, now)
    assert.deepEqual(whole.error, { seq: 1, reason: 'sequence' })
    if (round === 'before') await broker.restart()
  }
})

test('a log that is old to its end goes to its end, and goes on', async () => {
  await using broker = await testBroker({ environment })
  await writeEvents(broker, 2500)
  await broker.broker.context.live.checkpoints.make()
  broker.advance(31 * day)
  assert.equal(await prune(broker), 2500)
  const { seq, prunedSeq } = await headOf(broker)
  assert.deepEqual([seq, prunedSeq], [2505, 2500])
  assert.equal((await verifyOnline(broker)).ok, true)
})

test('a prefix that was tampered with is not removed: verification still names its event', async () => {
  await using broker = await testBroker({ environment })
  await writeEvents(broker, 6)
  change(
    broker,
    `update audit_events set event = replace(event, 'anonymous', 'admin') where seq = 4`,
  )
  broker.advance(31 * day)
  assert.equal(await prune(broker), 3)
  assert.equal(await prune(broker), 0)
  const { ok, error } = await verifyOnline(broker)
  assert.deepEqual([ok, error], [false, { seq: 4, reason: 'hash' }])
  assert.ok(broker.logged.some((line) => line.includes('"seq":4')))
})

test('an event whose MAC says the same in other letters is not removed either', async () => {
  await using broker = await testBroker({ environment })
  await writeEvents(broker, 3)
  withDatabase(broker, (database) => {
    const { mac } = { ...database.prepare('select mac from audit_events where seq = 2').get() }
    const text = String(mac)
    // 256 bits leave two of the last of 43 letters unused.
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const other = text.slice(0, -1) + letters[letters.indexOf(text.at(-1) ?? '') + 1]
    assert.deepEqual(Buffer.from(other, 'base64url'), Buffer.from(text, 'base64url'))
    database.prepare('update audit_events set mac = ? where seq = 2').run(other)
  })
  assert.deepEqual((await verifyOnline(broker)).error, { seq: 2, reason: 'mac' })
  broker.advance(31 * day)
  assert.equal(await prune(broker), 1)
})

test('an event of a history that was given up is not removed from the one that goes on', async () => {
  await using broker = await testBroker({ environment })
  await writeEvents(broker, 3)
  let copy = ''
  await broker.restart(async () => void (copy = copyDatabase(broker)))
  const lost = (await headOf(broker)).seq + 1
  await writeEvents(broker, 2)
  const stored = withDatabase(broker, (database) =>
    database.prepare('select event, mac from audit_events where seq = ?').get(lost),
  )
  await broker.restart(async () => {
    putBack(broker, copy)
    await accept(broker)
  })
  withDatabase(broker, (database) => {
    const { event, mac } = { ...stored }
    const text = `update audit_events set event = ?, mac = ?, event_type = 'token_auth_failed', outcome = 'denied'
      where seq = ?`
    database.prepare(text).run(String(event), String(mac), lost)
  })
  broker.advance(31 * day)
  assert.equal(await prune(broker), lost - 1)
  assert.deepEqual((await verifyOnline(broker)).error, { seq: lost + 1, reason: 'link' })
})

test('retention runs every hour, and a minute after the start, without anybody asking', async (t) => {
  await using broker = await testBroker({ environment })
  await writeEvents(broker, 2)
  broker.advance(31 * day)
  t.mock.timers.enable({ apis: ['setInterval'] })
  const maintenance = startMaintenance(broker.broker.context)
  t.mock.timers.tick(60_000)
  await maintenance.stop()
  assert.equal((await headOf(broker)).prunedSeq, 2)
})

function change(broker: TestBroker, statement: string): void {
  withDatabase(broker, (database) => {
    assert.ok(database.prepare(statement).run().changes > 0)
  })
}

function withDatabase<Found>(
  { databasePath }: TestBroker,
  work: (database: DatabaseSync) => Found,
): Found {
  const database = new DatabaseSync(databasePath)
  try {
    return work(database)
  } finally {
    database.close()
  }
}
