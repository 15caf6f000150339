// Any tampering with the audit rows of the database file is found, and the first bad event named.
import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import {
  verifyAuditExport,
  type AuditEvent,
  type AuditKey,
  type Checkpoint,
} from '@agentwrit/protocol'
import { createBroker } from '../../src/broker.ts'
import { readConfig } from '../../src/config.ts'
import { ask } from '../ask.ts'
import { exportTrail, isSigned, newestCheckpoint, sha256, verifyAs } from '../audit-trail.ts'
import { injectFetch } from '../inject-fetch.ts'
import { auditKeys, rotate } from '../signing-keys.ts'
import { adminSecret, testBroker, type TestBroker } from '../test-broker.ts'
import { drawSeed, seededChance } from './seeded-chance.ts'
import { tamperings } from './tampering.ts'

const rounds = 2

/** A broker that has ended in good order: its files, and what an auditor has kept elsewhere. */
interface Ended {
  readonly folder: string
  readonly now: number
  readonly bearer: string
  readonly events: AuditEvent[]
  readonly keys: readonly AuditKey[]
  readonly checkpoints: Checkpoint[]
  /** The head row as it was once, with its MAC. */
  readonly oldHead: Record<string, string | number | null>
}

let ended: Ended

before(async () => (ended = await liveAndEnd()))
after(() => rm(ended.folder, { recursive: true }))

for (const [what, tamper] of Object.entries(tamperings)) {
  test(`${what} is found online after a restart, and in an export`, async () => {
    for (let round = 0; round < rounds; round += 1) {
      const seed = drawSeed()
      let first = 0
      await using found = await reopen((database) => {
        first = tamper(database, seededChance(seed))
      })
      const reason = `seed ${seed}: ${JSON.stringify({ online: found.online, offline: found.offline })}`
      assert.equal(found.online.ok, false, reason)
      assert.equal(found.online.error?.seq, first, reason)
      assert.equal(found.online.events_checked, first - 1, reason)
      // A row behind the end is shown to nobody.
      if (first > ended.events.length && found.offline.ok) continue
      assert.equal(found.offline.ok, false, reason)
      assert.equal(found.offline.error?.seq, first, reason)
    }
  })
}

for (const seq of [-9_223_372_036_854_775_808n, -1, 0, null]) {
  test(`an event put before all others, with the number ${seq}, is found`, async () => {
    await using found = await reopen((database) => {
      const columns = Object.keys(database.prepare('select * from audit_events').get() ?? {})
      const others = columns.filter((column) => column !== 'seq').join(', ')
      const text = `insert into audit_events (seq, ${others}) select ?, ${others} from audit_events limit 1`
      database.prepare(text).run(seq)
    })
    assert.deepEqual(found.online.error, { seq: 0, reason: 'sequence' })
    assert.equal(found.offline.ok, true)
  })
}

test('an event in bytes, and one far behind all, hide no other from whoever reads or follows', async () => {
  await using found = await reopen((database) => {
    database.exec('update audit_events set event = cast(event as blob) where seq = 3')
    tamperings['an event far behind the last one']?.(database, () => 0)
  })
  const path = '/v1/audit/events?limit=1000'
  const { status, body } = await ask(found, 'GET', path, { bearer: ended.bearer })
  assert.equal(status, 200)
  const others = ended.events.filter(({ seq }) => seq !== 3)
  assert.deepEqual(body['events'], others)
  assert.deepEqual([body['unproven'], body['total']], [[3], ended.events.length])
  const followed = await found.store.audit.follow(0, 1000)
  assert.deepEqual(followed, others)
})

test('a checkpoint in bytes is found, and in the way of nothing else', async () => {
  let seq = 0
  await using found = await reopen((database) => {
    const row = database.prepare('select max(seq) as seq from checkpoints').get()
    seq = Number(row?.['seq'])
    database.exec('update checkpoints set signature = cast(signature as blob)')
    database.prepare('delete from checkpoints where seq < ?').run(seq)
  })
  assert.deepEqual(found.online.error, { seq, reason: 'checkpoint' })
  assert.equal(found.online.checkpoint, undefined)
})

for (const [what, change] of Object.entries({
  'half a millisecond of its time': 'made_at = made_at + 0.5',
  'the letters of its signature': 'signature = upper(signature)',
  'its hash in bytes': 'hash = cast(hash as blob)',
})) {
  test(`a checkpoint of which ${what} was changed is found`, async () => {
    await using found = await reopen((database) =>
      database.exec(
        `update checkpoints set ${change} where seq = (select max(seq) from checkpoints)`,
      ),
    )
    assert.equal(found.online.error?.reason, 'checkpoint')
  })
}

test('untouched it verifies, and the export made before is the one made after', async () => {
  await using found = await reopen(() => undefined)
  assert.deepEqual([found.online.ok, found.offline.ok], [true, true])
  assert.equal(found.online.events_checked, ended.events.length)
  assert.equal(found.offline.checkpoints_checked, ended.checkpoints.length)
  assert.deepEqual(found.events, ended.events)
})

test('a log that was set back with its head and its checkpoints is found by the checkpoint kept elsewhere', async () => {
  const { oldHead } = ended
  const left = Number(oldHead['seq'])
  await using found = await reopen((database) => {
    database.prepare('delete from audit_events where seq > ?').run(left)
    database.prepare('delete from checkpoints where seq > ?').run(left)
    const set = Object.keys(oldHead).map((column) => `${column} = ?`)
    database.prepare(`update head set ${set.join(', ')}`).run(...Object.values(oldHead))
  })
  assert.equal(found.online.ok, true)
  assert.equal(found.online.head.seq, left)
  assert.deepEqual(found.offline.error, { seq: left + 1, reason: 'truncated' })
})

async function liveAndEnd(): Promise<Ended> {
  await using broker = await testBroker()
  const operator = await broker.operator()
  const checkpoints: (Checkpoint | undefined)[] = []
  let oldHead: Ended['oldHead'] = {}
  for (let round = 0; round < 4; round += 1) {
    await broker.agent({ taskId: `task-${round}` })
    await broker.broker.context.live.checkpoints.make()
    checkpoints.push(await newestCheckpoint(broker))
    if (round === 1) oldHead = readHead(broker)
    if (round === 2) await rotate(broker)
  }
  const keys = await auditKeys(broker)
  const bearer = await operator.token()
  await broker.restart()
  const events = await exportTrail(broker)
  checkpoints.push(await newestCheckpoint(broker))
  await broker.broker.close()
  const folder = await copyOf(broker.folder)
  const kept = checkpoints.filter((checkpoint) => checkpoint !== undefined)
  return { folder, now: broker.now(), bearer, events, keys, checkpoints: kept, oldHead }
}

function readHead({ databasePath }: TestBroker): Ended['oldHead'] {
  const database = new DatabaseSync(databasePath, { readOnly: true })
  try {
    return { ...(database.prepare('select * from head').get() as Ended['oldHead']) }
  } finally {
    database.close()
  }
}

const isKept = (path: string) => !/\.(lock|high-water)$/.test(basename(path))

/** The files of a broker without what tells of its last run. */
async function copyOf(folder: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'agentwrit-tampered-'))
  await cp(folder, copy, { recursive: true, filter: isKept })
  return copy
}

/** Another broker on a copy that was tampered with, asked by an operator who was signed in before. */
async function reopen(tamper: (database: DatabaseSync) => void) {
  const { bearer, now, keys, checkpoints } = ended
  const folder = await copyOf(ended.folder)
  const databasePath = join(folder, 'data.db')
  const database = new DatabaseSync(databasePath)
  tamper(database)
  database.close()
  const broker = await createBroker({
    ...readConfig({
      AA_ADMIN_SECRET: adminSecret,
      AA_DB_PATH: databasePath,
      AA_SIGNING_KEY_PATH: join(folder, 'signing.key'),
    }),
    clock: () => now,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  const fetch = injectFetch(() => broker.app)
  const online = await verifyAs({ fetch }, bearer)
  const events = await exportTrail({ broker })
  const check = { hash: sha256, verify: isSigned, keys, checkpoints }
  return {
    fetch,
    store: broker.context.store,
    online,
    events,
    offline: await verifyAuditExport(events, check),
    async [Symbol.asyncDispose]() {
      await broker.close()
      await rm(folder, { recursive: true })
    },
  }
}
