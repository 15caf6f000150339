import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificateFor } from './certificate.ts'
import { partsThat, runSuite } from './run-suite.ts'
import { adminSecret, startBroker } from './started-broker.ts'

test('a broker over TCP keeps every line that one run can see', async () => {
  await using broker = await startBroker()
  const run = await runSuite(
    '--url',
    broker.url,
    '--signing-key-file',
    broker.keyPath,
    '--destructive',
  )
  assert.equal(run.lines.length, 53)
  assert.deepEqual(partsThat(run, 'not run'), notRun)
  assert.deepEqual(partsThat(run, 'failed'), [])
  assert.equal(run.exitCode, 0)
  assert.ok(!run.output.includes(adminSecret))
})

test('over TLS the parts about TLS run too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agentwrit-conformance-'))
  try {
    const { cert, key } = await certificateFor('127.0.0.1')
    const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    await writeFile(certPath, cert)
    await writeFile(keyPath, key, { mode: 0o600 })
    const tls = { AA_TLS_MODE: 'tls', AA_TLS_CERT: certPath, AA_TLS_KEY: keyPath }
    await using broker = await startBroker(tls)
    const run = await runSuite(
      '--url',
      broker.url,
      '--ca-cert',
      certPath,
      '--only=1,2,3,4,13,14,22',
    )
    assert.deepEqual(partsThat(run, 'failed'), [])
    assert.deepEqual(partsThat(run, 'not run'), [
      '1 5xx: needs a fault inside the broker',
      '14 across two brokers: needs two brokers on one database',
    ])
    assert.equal(run.exitCode, 0)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a broker that imported the key of RFC 8037 is held to its kid', async () => {
  await using broker = await startBroker({ AA_IMPORT_SIGNING_KEY: 'true' })
  const run = await runSuite(
    '--url',
    broker.url,
    '--signing-key-file',
    broker.keyPath,
    '--only=10,26',
  )
  assert.deepEqual(partsThat(run, 'failed'), [])
  assert.deepEqual(partsThat(run, 'not run'), [
    '10 on the key file of RFC 8037: the first signing key: needs a broker on the key of RFC 8037',
  ])
})

test('nobody learns the secret from a wrong command line', async () => {
  for (const wrong of [
    [],
    ['--url', 'nowhere'],
    ['--url', 'http://x', '--only=53'],
    ['--nonsense'],
  ]) {
    const run = await runSuite('--admin-secret', adminSecret, ...wrong)
    assert.equal(run.exitCode, 2)
    assert.ok(!run.output.includes(adminSecret))
  }
})

/** What one broker without TLS cannot show from outside, and what would take minutes. */
const notRun: readonly string[] = [
  '1 Strict-Transport-Security: needs TLS: an https:// URL',
  '1 5xx: needs a fault inside the broker',
  '6 internal_error and service_unavailable: needs a fault inside the broker',
  '10 with AA_IMPORT_SIGNING_KEY=true: the key of the file: needs a broker that imported the key of RFC 8037',
  '14 across two brokers: needs two brokers on one database',
  '16 after a restart: needs a restart',
  '16 on another broker of the cluster: needs two brokers on one database',
  '20 not after 30 s: needs time: --slow',
  '21 no renewal and no exp beyond AA_MAX_SESSION_AGE: needs a broker started with other settings',
  '32 after 10 minutes only the new one: needs time: --slow',
  "34 a row edited or deleted in the database is found: needs the broker's files",
  '34 a call checks at most 100 000 events: needs an audit log of more than 100 000 events',
  '35 a failing insert: needs a fault inside the broker',
  '36 the second event tells the right repeat_count: needs time: --slow',
  '36 from 10 000 addresses: needs thousands of client addresses',
  '37 two addresses of one IPv6 /64: needs thousands of client addresses',
  '37 50 000 client ids from as many addresses: needs thousands of client addresses',
  '38 the old key goes with the last session begun under it: needs a broker started with other settings',
  '40 values, seed tokens, plain HTTP, key files, a bcrypt cost of 13: needs a broker started with other settings',
  "40 a second broker on one SQLite file: needs the broker's files",
  '41 agentwrit_db_errors_total: needs a fault inside the broker',
  '41 agentwrit_audit_events_loaded: needs a restart',
  '42 the stories: needs Python and the SDK 0.3',
  '43 later the session ends, and that is audited: needs time: --slow',
  '49 revocation, renewal, emergency rotation: needs two brokers on one database',
  '49 a broker cut off from PostgreSQL: needs a fault inside the broker',
  "50 restore, accept, resume: needs the broker's files and a restart",
]
