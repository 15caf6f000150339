// Rotation of signing keys: contract 2.9, 4.26 and 4.28.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { retireSigningKeys } from '../../src/domain/signing-keys/retire-signing-keys.ts'
import { askAsOperator } from '../apps.ts'
import { decodeToken } from '../decode-token.ts'
import { ask, assertProblem, type Answer } from '../ask.ts'
import {
  asNewOperator,
  detailsSince,
  auditKeys,
  isValid,
  published,
  rotate,
  rotatePath,
  statuses,
} from '../signing-keys.ts'
import { testBroker } from '../test-broker.ts'

const day = 86_400_000

test('after a rotation old and new tokens are good, both keys are published, and a restart changes nothing', async () => {
  await using broker = await testBroker()
  const old = await (await broker.agent()).token()
  const [first = ''] = await published(broker)
  const rotation = await rotate(broker)
  assert.deepEqual(rotation, {
    kid: rotation['kid'],
    previous_kid: first,
    previous_retires_at: '2026-01-03T03:04:06Z',
  })
  const fresh = await (await broker.agent()).token()
  assert.equal(decodeToken(old).kid, first)
  assert.equal(decodeToken(fresh).kid, rotation['kid'])
  for (const round of ['before', 'after'] as const) {
    assert.deepEqual(await published(broker), [rotation['kid'], first])
    assert.ok(await isValid(broker, old))
    assert.ok(await isValid(broker, fresh))
    if (round === 'before') await broker.restart()
  }
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: old })
  assert.equal(decodeToken(String(renewed.body['access_token'])).kid, rotation['kid'])
})

test('a rotation is audited in the same breath, with the key that comes and the one that goes', async () => {
  await using broker = await testBroker()
  const start = (await broker.broker.context.store.head()).seq
  const first = await rotate(broker)
  const second = await rotate(broker, { emergency: true })
  const { kid, previous_kid: previous } = first
  assert.deepEqual(await detailsSince(broker, start), [
    `admin: signing key rotated | kid=${kid} | previous_kid=${previous} | emergency=false`,
    `admin: signing key rotated | kid=${second['kid']} | previous_kid=${kid} | emergency=true`,
  ])
})

test('of operators who rotate at once each one that succeeds has made one key, and one is active', async () => {
  await using broker = await testBroker()
  await broker.operator()
  const answers: Answer[] = await Promise.all(
    Array.from({ length: 10 }, () => askAsOperator(broker, 'POST', rotatePath)),
  )
  const kept = answers.filter(({ status }) => status === 200)
  assert.ok(kept.length >= 1)
  for (const lost of answers.filter(({ status }) => status !== 200)) {
    assertProblem(lost, 503, 'service_unavailable')
    assert.equal(lost.headers.get('retry-after'), '1')
  }
  const keys = await auditKeys(broker)
  assert.equal(keys.length, kept.length + 1)
  assert.equal(keys.filter(({ status }) => status === 'active').length, 1)
  assert.equal(new Set(kept.map(({ body }) => body['kid'])).size, kept.length)
})

test('a key retires when the last session begun under it is over, and its private half is gone', async () => {
  await using broker = await testBroker()
  const agent = await broker.agent({ maxTtl: 600 })
  const { kid, previous_kid: previous } = await rotate(broker)
  const start = (await broker.broker.context.store.head()).seq
  broker.advance(400_000)
  await agent.renew()
  for (const passed of [0, 599_000]) {
    broker.advance(passed)
    await retireSigningKeys(broker.broker.context)
    assert.deepEqual(await published(broker), [kid, previous])
  }
  assert.deepEqual(await detailsSince(broker, start), [])
  broker.advance(1000)
  await retireSigningKeys(broker.broker.context)
  await retireSigningKeys(broker.broker.context)
  for (const round of ['before', 'after'] as const) {
    assert.deepEqual(await published(broker), [kid])
    const keys = await auditKeys(broker)
    assert.deepEqual(statuses(keys), [
      [kid, 'active'],
      [previous, 'retired'],
    ])
    assert.equal(keys[1]?.retired_at, '2026-01-02T03:20:45Z')
    if (round === 'before') await broker.restart()
  }
  const rows = await broker.broker.context.store.signingKeys.all()
  assert.deepEqual(
    rows.map(({ sealed }) => sealed === ''),
    [true, false],
  )
  assert.deepEqual(await detailsSince(broker, start), [
    `system: signing key retired | kid=${previous}`,
  ])
})

test('sessions that began under a longer age are waited for', async () => {
  const environment = { AA_MAX_SESSION_AGE: '7200' }
  await using broker = await testBroker({ environment })
  await broker.agent()
  environment.AA_MAX_SESSION_AGE = '3600'
  await broker.restart()
  broker.advance(1)
  assert.equal((await rotate(broker))['previous_retires_at'], '2026-01-02T05:04:06Z')
  broker.advance(300_000)
  assert.equal((await rotate(broker))['previous_retires_at'], '2026-01-02T04:09:06Z')
})

test('a key that was imported is accepted as long as a token of a 2.0 broker can live', async () => {
  await using older = await olderKeyFile()
  const environment = { AA_SIGNING_KEY_PATH: older.file, AA_IMPORT_SIGNING_KEY: 'true' }
  await using broker = await testBroker({ environment })
  const { kid, previous_kid: previous, previous_retires_at: at } = await rotate(broker)
  assert.equal(at, '2026-02-01T03:04:06Z')
  broker.advance(30 * day - 1000)
  await retireSigningKeys(broker.broker.context)
  assert.deepEqual(await published(broker), [kid, previous])
  broker.advance(2000)
  await retireSigningKeys(broker.broker.context)
  assert.deepEqual(await published(broker), [kid])
})

test('what cannot be asked for is refused, and no key changes', async () => {
  await using broker = await testBroker()
  const [first] = await published(broker)
  for (const body of [
    { kid: first },
    { kid: first, emergency: false },
    { emergency: true, kid: '' },
    { emergency: true, kid: 'x'.repeat(129) },
    { emergency: 'true' },
    [],
  ]) {
    const answer = await asNewOperator(broker, 'POST', rotatePath, body)
    assertProblem(answer, 400, 'invalid_request')
  }
  const unnamed = await asNewOperator(broker, 'POST', rotatePath, { kid: first })
  assert.match(String(unnamed.body['detail']), /\bkid\b/)
  const unknown = await asNewOperator(broker, 'POST', rotatePath, {
    emergency: true,
    kid: 'unknown',
  })
  assertProblem(unknown, 404, 'not_found')
  const agent = await (await broker.agent()).token()
  for (const [method, url] of [
    ['POST', rotatePath],
    ['GET', '/v1/audit/keys'],
  ] as const) {
    assertProblem(await ask(broker, method, url, { bearer: agent }), 403, 'insufficient_scope')
    assertProblem(await ask(broker, method, url), 401, 'unauthorized')
  }
  assert.deepEqual(await published(broker), [first])
  assert.deepEqual(await detailsSince(broker, 0), [])
})

test('every key that ever signed is shown, newest first, as it is published, and nothing secret of it', async () => {
  await using broker = await testBroker()
  await rotate(broker)
  broker.advance(1000)
  await rotate(broker)
  const keys = await auditKeys(broker)
  const set = await ask(broker, 'GET', '/.well-known/jwks.json')
  assert.deepEqual(
    keys.map(({ status: _status, created_at: _createdAt, ...key }) => key),
    set.body['keys'],
  )
  assert.deepEqual(
    keys.map(({ created_at: at }) => at),
    ['2026-01-02T03:04:06Z', '2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
  )
})

/** The signing key of an AgentWrit 2.0 broker, in its file. */
async function olderKeyFile() {
  const folder = await mkdtemp(join(tmpdir(), 'agentwrit-older-'))
  const file = join(folder, 'signing.key')
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeFile(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}
