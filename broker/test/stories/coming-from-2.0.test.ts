import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { calculateJwkThumbprint } from 'jose'
import { ask, assertProblem } from '../ask.ts'
import { testBroker } from '../test-broker.ts'

/** The signing key of an AgentWrit 2.0 broker, in its file. */
async function olderBroker() {
  const folder = await mkdtemp(join(tmpdir(), 'agentwrit-older-'))
  const path = join(folder, 'signing.key')
  const { privateKey } = generateKeyPairSync('ed25519')
  await writeFile(path, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  const kid = await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x })
  return {
    path,
    kid,
    sign: (claims: object) => jws(privateKey, kid, claims),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

function jws(key: KeyObject, kid: string, claims: object): string {
  const header = { alg: 'EdDSA', typ: 'JWT', kid }
  const parts = [header, claims].map((part) => Buffer.from(JSON.stringify(part)))
  const input = parts.map((part) => part.toString('base64url')).join('.')
  return `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
}

const environment = (path: string) => ({
  AA_SIGNING_KEY_PATH: path,
  AA_IMPORT_SIGNING_KEY: 'true',
})

test('a broker that imports the key of a 2.0 broker signs with it, and its older tokens can still be checked', async () => {
  await using older = await olderBroker()
  await using broker = await testBroker({ environment: environment(older.path) })
  const { keys } = await broker.client.jwks()
  assert.equal(keys[0]?.kid, older.kid)

  const iat = Math.floor(broker.now() / 1000) - 60
  const claims = {
    iss: '',
    sub: 'spiffe://agentwrit.local/agent/o/t/0011223344556677',
    exp: iat + 300,
    nbf: iat,
    iat,
    jti: 'a'.repeat(32),
    scope: ['read:data:*'],
    task_id: 't',
    orch_id: 'o',
  }
  const bearer = older.sign(claims)
  assert.equal((await broker.client.validate(bearer)).valid, true)
  // It has no session, so it can change nothing.
  assertProblem(await ask(broker, 'POST', '/v1/token/renew', { bearer }), 401, 'unauthorized')
  assertProblem(await ask(broker, 'POST', '/v1/token/release', { bearer }), 401, 'unauthorized')

  const later = { ...claims, iat: iat + 61, nbf: iat + 61 }
  const endless = { ...claims, exp: iat + 2_600_000 }
  for (const forged of [later, endless, { ...claims, sid: 'b'.repeat(32) }]) {
    assert.equal((await broker.client.validate(older.sign(forged))).valid, false)
  }
  broker.advance(240_000)
  assert.equal((await broker.client.validate(bearer)).valid, false)
})

test('the import is remembered, and new tokens live on the imported key', async () => {
  await using older = await olderBroker()
  await using broker = await testBroker({ environment: environment(older.path) })
  const agent = await broker.agent()
  await broker.restart()
  assert.equal((await broker.client.validate(await agent.token())).valid, true)
  await agent.renew()
})

for (const level of ['token', 'agent', 'chain', 'task'] as const) {
  test(`a token of the 2.0 broker that was revoked (${level}) stays dead until it expires`, async () => {
    await using older = await olderBroker()
    await using broker = await testBroker({ environment: environment(older.path) })
    const iat = Math.floor(broker.now() / 1000) - 60
    const sub = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'
    const ids = { sub, jti: 'a'.repeat(32), task_id: 't', orch_id: 'o' }
    const claims = { iss: '', exp: iat + 86_400, nbf: iat, iat, scope: ['read:data:*'], ...ids }
    const token = older.sign(claims)
    assert.equal((await broker.client.validate(token)).valid, true)
    const target = { token: ids.jti, agent: sub, chain: sub, task: ids.task_id }[level]
    await (await broker.operator()).revoke({ level, target })
    assert.equal((await broker.client.validate(token)).valid, false)
    // All that this broker has issued itself has expired.
    broker.advance(600_000)
    await broker.broker.context.store.probe()
    broker.broker.context.live.revocations.forgetExpired(broker.now())
    assert.equal((await broker.client.validate(token)).valid, false)
    await broker.restart()
    assert.equal((await broker.client.validate(token)).valid, false)
  })
}
