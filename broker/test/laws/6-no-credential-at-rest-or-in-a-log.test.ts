import assert from 'node:assert/strict'
import { createPrivateKey, hkdfSync } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { askAsOperator, attempt, launchFrom, registerApp, registerWith, signIn } from '../apps.ts'
import { ask } from '../ask.ts'
import { freshNonce, launchToken, register, registration } from '../proof.ts'
import { adminSecret, testBroker, type TestBroker } from '../test-broker.ts'

/** A whole life, with every kind of refusal; returns each credential by name, and every answer that is an error. */
async function live(broker: TestBroker) {
  const admin = await (await broker.operator()).token()
  const token = await launchToken(broker)
  const nonce = await freshNonce(broker)
  const asked = registration({ launchToken: token, nonce })
  const wrongSecret = 'a wrong secret that somebody typed'
  const refusals = [
    await register(broker, { ...asked, requested_scope: ['write:all:*'] }),
    await register(broker, { ...asked, signature: Buffer.alloc(64, 7).toString('base64') }),
    await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: wrongSecret } }),
    await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: [wrongSecret] } }),
    await ask(broker, 'POST', '/v1/register', { body: { ...asked, nonce: [nonce] } }),
  ]
  const bearer = String((await register(broker, asked)).body['access_token'])
  const idempotencyKey = 'an-idempotency-key-of-a-csprng'
  const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer, idempotencyKey })
  await ask(broker, 'POST', '/v1/token/renew', { bearer, idempotencyKey })
  const successor = String(renewed.body['access_token'])
  refusals.push(
    await ask(broker, 'POST', '/v1/token/renew', { bearer }),
    await ask(broker, 'POST', '/v1/token/renew', { bearer, idempotencyKey, body: { scope: [] } }),
    await ask(broker, 'POST', '/v1/token/renew', { bearer: `${bearer}x` }),
    await ask(broker, 'GET', '/v1/admin/launch-tokens', { bearer: successor }),
    await register(broker, asked),
    await ask(broker, 'DELETE', `/v1/admin/launch-tokens/${token}`, { bearer: admin }),
  )
  for (const { status } of refusals) assert.ok(status >= 400)
  await ask(broker, 'POST', '/v1/token/release', { bearer: successor })
  const credentials = {
    admin,
    launchToken: token,
    bearer,
    idempotencyKey,
    successor,
    adminSecret,
    wrongSecret,
    signature: asked.signature,
    bearerSignature: bearer.split('.')[2] ?? '',
    nonce,
  }
  return { credentials, refusals }
}

function seedOf(broker: TestBroker): Buffer {
  const pem = readFileSync(join(broker.folder, 'signing.key'))
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
  return der.subarray(-32)
}

function filesOf(broker: TestBroker): Buffer {
  const names = readdirSync(broker.folder).filter((name) => name !== 'signing.key')
  assert.ok(names.includes('data.db'))
  return Buffer.concat(names.map((name) => readFileSync(join(broker.folder, name))))
}

test('no credential is in the database, a log line, a metric, an audit event or an error', async () => {
  await using broker = await testBroker()
  const { credentials, refusals } = await live(broker)
  const events = await broker.broker.context.store.audit.read(1, 1000)
  const metrics = await (await broker.fetch('http://broker.test/v1/metrics')).text()
  await broker.restart()
  const places = {
    database: filesOf(broker).toString('latin1'),
    log: broker.logged.join('\n'),
    audit: JSON.stringify(events),
    errors: JSON.stringify(refusals.map(({ body }) => body)),
    metrics,
  }
  assert.ok(places.database.includes('agent_registered'))
  for (const [place, content] of Object.entries(places)) {
    assert.ok(content.length > 0, `${place} is empty`)
    for (const [name, credential] of Object.entries(credentials)) {
      // A used nonce is recorded so that it is never accepted again: it authenticates nobody any more.
      if (name === 'nonce' && place === 'database') continue
      // The path of a request is not a place for a secret; whoever puts one there sees it again in `instance`.
      if (name === 'launchToken' && place === 'errors') continue
      assert.ok(!content.includes(credential), `${name} is in ${place}`)
    }
  }
})

test('no private key is in the database, in any form', async () => {
  await using broker = await testBroker()
  await live(broker)
  const seed = seedOf(broker)
  const signing = Buffer.from(hkdfSync('sha256', seed, '', 'agentwrit-signing-v1', 32))
  const mac = Buffer.from(hkdfSync('sha256', seed, '', 'agentwrit-mac-v1', 32))
  const files = filesOf(broker)
  for (const secret of [seed, signing, mac]) {
    assert.ok(!files.includes(secret))
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      assert.ok(!files.includes(secret.toString(form)))
    }
  }
})

test('database and key file are readable by their owner alone', async () => {
  await using broker = await testBroker()
  await broker.agent()
  for (const name of readdirSync(broker.folder)) {
    assert.equal(statSync(join(broker.folder, name)).mode & 0o077, 0, name)
  }
})

test('no credential of an app is in the database, a log line, a metric, an audit event or an error', async () => {
  await using broker = await testBroker()
  const registered = await registerApp(broker)
  const app = await signIn(broker, registered)
  const launched = await launchFrom(app)
  const agent = await registerWith(broker, launched)
  const url = `/v1/admin/apps/${registered.app_id}/secret`
  const rotated = await askAsOperator(broker, 'POST', url)
  const wrongSecret = 'a client secret that somebody mistyped'
  const { client_id } = registered
  const refusals = [
    await attempt(broker, { client_id, client_secret: wrongSecret }),
    await attempt(broker, { client_id: wrongSecret, client_secret: registered.client_secret }),
    await attempt(broker, { client_id, client_secret: [registered.client_secret] }),
    await attempt(broker, { client_id, client_secret: registered.client_secret }),
    await registerWith(broker, launched, ['write:all:*']),
  ]
  for (const { status } of refusals) assert.ok(status >= 400)
  const credentials = {
    firstSecret: registered.client_secret,
    secondSecret: String(rotated.body['client_secret']),
    wrongSecret,
    appToken: await app.token(),
    agentToken: String(agent.body['access_token']),
    launched,
  }
  const listed = await askAsOperator(broker, 'GET', '/v1/admin/apps')
  const events = await broker.broker.context.store.audit.read(1, 1000)
  const metrics = await broker.client.metrics()
  await broker.restart()
  const places = {
    database: filesOf(broker).toString('latin1'),
    log: broker.logged.join('\n'),
    audit: JSON.stringify(events),
    errors: JSON.stringify(refusals.map(({ body }) => body)),
    list: JSON.stringify(listed.body),
    metrics,
  }
  assert.ok(places.database.includes(client_id))
  for (const [place, content] of Object.entries(places)) {
    for (const [name, credential] of Object.entries(credentials)) {
      assert.ok(credential.length > 10)
      assert.ok(!content.includes(credential), `${name} is in ${place}`)
    }
  }
})
