// kill -9 at any moment of retention, while events arrive: what is left verifies, online and as an export.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyAuditExport } from '@agentwrit/protocol'
import { verifyAudit } from '../../src/domain/audit/verify-audit.ts'
import { listSigningKeys } from '../../src/domain/signing-keys/list-signing-keys.ts'
import { exportTrail, isSigned, sha256, writeEvents } from '../audit-trail.ts'
import { testBroker } from '../test-broker.ts'
import { openRetaining } from './retaining-broker.ts'
import { drawSeed, seededChance } from './seeded-chance.ts'

const rounds = 8
const portions = 30
/** Milliseconds: about what removing everything takes. */
const longest = 400
const program = join(import.meta.dirname, 'prune-until-killed.ts')

test('whenever retention is killed, the rest verifies from where it names', async (t) => {
  const seed = drawSeed()
  const chance = seededChance(seed)
  await using broker = await testBroker()
  for (let portion = 0; portion < portions; portion += 1) await writeEvents(broker, 1000)
  await broker.broker.close()
  const left: number[] = []
  let now = broker.now() + 31 * 86_400_000
  for (let round = 0; round < rounds; round += 1) {
    await pruneUntilKilled(broker.folder, (now += 60_000), chance() * longest)
    left.push(await verifyRest(broker.folder, (now += 60_000)))
  }
  t.diagnostic(`seed ${seed}, removed: ${left.join(' ')}`)
  assert.ok(left.some((pruned) => pruned > 0))
})

async function pruneUntilKilled(folder: string, now: number, after: number): Promise<void> {
  const execArgv = ['--conditions=agentwrit-source']
  const child = fork(program, [folder, String(now)], { execArgv })
  const ended = once(child, 'close')
  const [message] = await Promise.race([once(child, 'message'), ended])
  assert.equal(message, 'begun')
  await sleep(after)
  child.kill('SIGKILL')
  await ended
}

/** The number of the last event that is gone. */
async function verifyRest(folder: string, now: number): Promise<number> {
  await using broker = await openRetaining(folder, now)
  const { context } = broker
  const online = await verifyAudit(context, {})
  assert.deepEqual([online.ok, online.error], [true, undefined])
  const { prunedSeq: seq, prunedHash: hash } = await context.store.head()
  assert.equal(online.from_seq, seq + 1)
  const events = await exportTrail({ broker })
  const isNamed = events.some(
    ({ event_type: type, detail }) =>
      type === 'audit_pruned' && detail.endsWith(` | through_seq=${seq} | hash=${hash}`),
  )
  assert.ok(isNamed || seq === 0)
  const { keys } = await listSigningKeys(context)
  const kept = await context.store.integrity.newestCheckpoint(seq)
  const offline = await verifyAuditExport(events, {
    hash: sha256,
    verify: isSigned,
    keys,
    start: { seq, hash },
    checkpoints: kept === undefined ? [] : [kept],
  })
  assert.equal(offline.ok, true, JSON.stringify(offline.error))
  assert.equal(offline.checkpoints_checked, seq === 0 ? 0 : 1)
  return seq
}
