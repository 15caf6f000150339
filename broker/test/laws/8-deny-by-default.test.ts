import assert from 'node:assert/strict'
import { createPrivateKey, hkdfSync, sign, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { attempt, launchFrom, registerApp, registerWith, signIn } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { freshNonce, launchToken, register, registration } from '../proof.ts'
import { adminSecret, testBroker, type TestBroker } from '../test-broker.ts'

const base64url = (value: string | object) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** What a thief of the signing-key file could do. */
function stolenKey(broker: TestBroker): KeyObject {
  const pem = readFileSync(join(broker.folder, 'signing.key'))
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
  const derived = hkdfSync('sha256', der.subarray(-32), '', 'agentwrit-signing-v1', 32)
  const prefix = der.subarray(0, der.length - 32)
  const key = Buffer.concat([prefix, Buffer.from(derived)])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

function signed(key: KeyObject, header: string, claims: object): string {
  const input = `${header}.${base64url(claims)}`
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

async function liveToken(broker: TestBroker) {
  const token = await (await broker.agent()).token()
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
  assert.ok(typeof claims === 'object' && claims !== null)
  return { token, header, payload, signature, claims }
}

async function assertRefused(broker: TestBroker, token: string, why: string): Promise<void> {
  const answer = await ask(broker, 'POST', '/v1/token/validate', { body: { token } })
  assert.deepEqual(answer.body, { valid: false, error: 'token is invalid or expired' }, why)
  const renewal = await ask(broker, 'POST', '/v1/token/renew', { bearer: token })
  assertProblem(renewal, 401, 'unauthorized')
}

test('a token that differs in anything from what was signed is refused', async () => {
  await using broker = await testBroker()
  const { token, header, payload, signature } = await liveToken(broker)
  const kid = String(JSON.parse(Buffer.from(header, 'base64url').toString()).kid)
  const none = base64url({ alg: 'none', typ: 'JWT', kid })
  const otherOrder = base64url({ typ: 'JWT', alg: 'EdDSA', kid })
  const variants = {
    'no signature': `${header}.${payload}.`,
    'another algorithm': `${none}.${payload}.${signature}`,
    'header members in another order': `${otherOrder}.${payload}.${signature}`,
    'no kid': `${base64url({ alg: 'EdDSA', typ: 'JWT' })}.${payload}.${signature}`,
    'padded base64': `${header}.${payload}.${signature}==`,
    'five segments': `${token}.a.b`,
    'one more byte': `${token}A`,
    'white space': ` ${token}`,
    'over 16 KiB': `${header}.${'A'.repeat(17_000)}.${signature}`,
    'non-canonical base64url': `${header}.${payload}.${flipLastBits(signature)}`,
  }
  for (const [why, variant] of Object.entries(variants)) await assertRefused(broker, variant, why)
  assert.equal((await broker.client.validate(token)).valid, true)
})

test('a well-signed token of no known session is refused, counted and audited, on introspection too', async () => {
  await using broker = await testBroker()
  const { header, claims } = await liveToken(broker)
  const key = stolenKey(broker)
  assert.equal((await broker.client.validate(signed(key, header, claims))).valid, true)
  const start = (await broker.broker.context.store.head()).seq
  const forged = signed(key, header, { ...claims, sid: 'f'.repeat(32), jti: 'e'.repeat(32) })
  await assertRefused(broker, forged, 'unknown session')
  const events = await broker.broker.context.store.audit.read(start + 1, 10)
  assert.ok(events.length > 0)
  for (const event of events) {
    assert.equal(event.event_type, 'token_auth_failed')
    assert.match(event.detail, /reason=unknown_session/)
  }
  const metrics = await (await broker.fetch('http://broker.test/v1/metrics')).text()
  assert.match(metrics, /^agentwrit_unknown_session_total 2$/m)
})

test('a stolen key cannot speak for another subject of a known session, nor with another token id, nor say more', async () => {
  await using broker = await testBroker()
  const { header, claims } = await liveToken(broker)
  const key = stolenKey(broker)
  await assertRefused(broker, signed(key, header, { ...claims, sub: 'admin' }), 'another subject')
  const otherId = signed(key, header, { ...claims, jti: 'e'.repeat(32) })
  await assertRefused(broker, otherId, 'another token id')
  for (const more of [{ scope: ['*:*:*'] }, { exp: 2_000_000_000 }, { task_id: 'another' }]) {
    const wider = signed(key, header, { ...claims, ...more })
    await assertRefused(broker, wider, `the same ids with ${JSON.stringify(more)}`)
  }
})

test('claims that are missing, of another type or from the future are refused', async () => {
  await using broker = await testBroker()
  const { header, claims } = await liveToken(broker)
  const key = stolenKey(broker)
  const future = Math.floor(broker.now() / 1000) + 3
  for (const changed of [
    { exp: undefined },
    { exp: '9999999999' },
    { scope: 'read:data:*' },
    { jti: 'short' },
    { sub: '' },
    { nbf: future },
    { iss: 7 },
  ]) {
    const token = signed(key, header, { ...claims, ...changed })
    await assertRefused(broker, token, JSON.stringify(changed))
  }
})

test('a launch token edited in the database grants nothing', async () => {
  await using broker = await testBroker()
  const token = await launchToken(broker, { scope: ['read:data:a'] })
  const asked = { launchToken: token, nonce: await freshNonce(broker) }
  const database = new DatabaseSync(broker.databasePath)
  const changed = database.prepare(`update launch_tokens set allowed_scope = '["*:*:*"]'`).run()
  database.close()
  assert.equal(changed.changes, 1)
  const wider = registration({ ...asked, scope: ['write:all:b'] })
  assertProblem(await register(broker, wider), 401, 'unauthorized')
  const own = registration({ ...asked, scope: ['read:data:a'] })
  assertProblem(await register(broker, own), 401, 'unauthorized')
})

test('a used launch token that somebody makes unused in the database stays worthless', async () => {
  await using broker = await testBroker()
  const token = await launchToken(broker)
  const once = async () =>
    register(broker, registration({ launchToken: token, nonce: await freshNonce(broker) }))
  assert.equal((await once()).status, 200)
  const database = new DatabaseSync(broker.databasePath)
  database.exec('update launch_tokens set used_at = null')
  database.close()
  assertProblem(await once(), 401, 'unauthorized')
})

test('what a stolen key signs is audited under no name, however many tokens it signs', async () => {
  await using broker = await testBroker()
  const { header, claims } = await liveToken(broker)
  const key = stolenKey(broker)
  const start = (await broker.broker.context.store.head()).seq
  for (let i = 0; i < 20; i += 1) {
    const jti = i.toString(16).padStart(32, '0')
    const forged = signed(key, header, { ...claims, sub: 'admin', jti, sid: 'f'.repeat(32) })
    await ask(broker, 'POST', '/v1/token/renew', { bearer: forged })
  }
  const events = await broker.broker.context.store.audit.read(start + 1, 100)
  assert.equal(events.length, 1)
  assert.equal(events[0]?.actor, 'anonymous')
})

test('a launch token has one spelling', async () => {
  await using broker = await testBroker()
  const token = await launchToken(broker)
  const alias = token.replaceAll(/./g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0x4e00))
  const body = registration({ launchToken: alias, nonce: await freshNonce(broker) })
  assertProblem(await register(broker, body), 401, 'unauthorized')
})

test('a broker whose clock fell behind its store issues nothing and is not ready, until the clock is right', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const admin = await (await broker.operator()).token()
  broker.advance(-1500)
  const refused = [
    await ask(broker, 'POST', '/v1/token/renew', { bearer }),
    await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: adminSecret } }),
    await ask(broker, 'GET', '/readyz'),
  ]
  for (const answer of refused) assertProblem(answer, 503, 'service_unavailable')
  await broker.restart()
  assertProblem(await ask(broker, 'GET', '/readyz'), 503, 'service_unavailable')
  assert.ok(broker.logged.some((line) => line.includes('last_change')))
  broker.advance(1500)
  assert.equal((await ask(broker, 'GET', '/readyz')).status, 200)
  assert.equal((await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer: admin })).status, 200)
  assert.equal((await ask(broker, 'POST', '/v1/token/renew', { bearer })).status, 200)
})

test('a renewal with a scope or a key that nobody can make sense of is refused, and changes nothing', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const bodies = [
    { scope: 'read:data:a' },
    { scope: ['read:data'] },
    { scope: ['read:data:a', 7] },
    { scope: ['read:data:\u0000'] },
    { scope: Array.from({ length: 101 }, (_, index) => `read:data:${index}`) },
  ]
  for (const body of bodies) {
    const answer = await ask(broker, 'POST', '/v1/token/renew', { bearer, body })
    assertProblem(answer, 400, 'invalid_request')
  }
  const start = (await broker.broker.context.store.head()).seq
  const grab = { scope: ['admin:revoke:*'] }
  const wider = await ask(broker, 'POST', '/v1/token/renew', { bearer, body: grab })
  assertProblem(wider, 403, 'scope_violation')
  const [event] = await broker.broker.context.store.audit.read(start + 1, 1)
  assert.equal(event?.event_type, 'token_renewal_failed')
  for (const idempotencyKey of ['k'.repeat(21), 'k'.repeat(129), 'k'.repeat(22) + ' k', '']) {
    const answer = await ask(broker, 'POST', '/v1/token/renew', { bearer, idempotencyKey })
    assertProblem(answer, 400, 'invalid_request')
  }
  assert.equal((await broker.client.validate(bearer)).valid, true)
})

test('when the store cannot be read an unseen token is neither valid nor invalid: 503', async () => {
  await using broker = await testBroker()
  const { token } = await liveToken(broker)
  await broker.restart()
  const database = new DatabaseSync(broker.databasePath)
  database.exec('alter table sessions rename to hidden')
  const answer = await ask(broker, 'POST', '/v1/token/validate', { body: { token } })
  const bearer = await ask(broker, 'POST', '/v1/token/renew', { bearer: token })
  database.exec('alter table hidden rename to sessions')
  database.close()
  assertProblem(answer, 503, 'service_unavailable')
  assertProblem(bearer, 503, 'service_unavailable')
})

function flipLastBits(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(signature.slice(-1))
  return signature.slice(0, -1) + alphabet.charAt(last ^ 1)
}

test('an app row edited or made in the database grants nothing', async () => {
  await using broker = await testBroker()
  const registered = await registerApp(broker, { scopes: ['read:data:a'] })
  const app = await signIn(broker, registered)
  const pending = await launchFrom(app, ['read:data:a'])
  const bearer = await app.token()
  const known = await registerApp(broker)
  const database = new DatabaseSync(broker.databasePath)
  const copied = `update apps set secret_hash = (select secret_hash from apps where app_id = ?)
    where app_id = ?`
  const forgeries = [
    () => database.prepare(`update apps set scopes = '["*:*:*","read:data:*"]'`).run(),
    () => database.prepare(copied).run(known.app_id, registered.app_id),
    () =>
      database
        .prepare(
          `insert into apps select 'app-made-000000', 'made', 'ma-000000000000', role, scopes, token_ttl,
             delegates_to, version, secret_hash, null, null, created_at, updated_at, null, mac from apps limit 1`,
        )
        .run(),
  ]
  for (const forge of forgeries) {
    assert.ok(Number(forge().changes) >= 1)
    for (const client_id of [registered.client_id, 'ma-000000000000']) {
      for (const { client_secret } of [registered, known]) {
        const answer = await attempt(broker, { client_id, client_secret })
        assertProblem(answer, 401, 'unauthorized')
      }
    }
    for (const scope of ['read:data:a', 'read:data:b']) {
      const body = { agent_name: 'a', allowed_scope: [scope] }
      const made = await ask(broker, 'POST', '/v1/app/launch-tokens', { bearer, body })
      assertProblem(made, 401, 'unauthorized')
    }
    const answer = await registerWith(broker, pending, ['read:data:a'])
    assertProblem(answer, 401, 'unauthorized')
    broker.advance(18_000)
  }
  database.close()
})
