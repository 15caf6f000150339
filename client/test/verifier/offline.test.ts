import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import type { Claims } from '@agentwrit/protocol'
import type { TestBroker } from '../../../broker/test/test-broker.ts'
import { decodeToken } from '../../../broker/test/decode-token.ts'
import { assertRefused, offlineScene } from './offline-scene.ts'

test('a live token is accepted with what it says, without asking anybody', async () => {
  await using scene = await offlineScene()
  const { broker, verifier, asked } = scene
  const agent = await broker.agent({ scope: ['read:data:*'] })
  const token = await agent.token()
  asked.length = 0
  const result = await verifier.verify(token, { scope: 'read:data:7' })
  assert.ok(result.ok)
  const { auth } = result
  assert.equal(auth.subject, agent.agentId)
  assert.deepEqual(auth.scope, ['read:data:*'])
  assert.equal(auth.expiresAt.getTime(), auth.claims.exp * 1000)
  assert.throws(() => auth.claims.scope.push('admin:audit:*'), TypeError)
  assert.ok((await verifier.verify(token)).ok)
  assert.deepEqual(asked, [])
})

test('a refusal tells why, and what is held only if that is verified', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const token = await (await broker.agent()).token()
  const required = ['read:data:1', 'write:data:1']
  assert.deepEqual(await verifier.verify(token, { scope: required }), {
    ok: false,
    reason: 'insufficient_scope',
    required,
    held: ['read:data:*'],
  })
  for (const missing of [undefined, ''])
    assertRefused(await verifier.verify(missing, { scope: required }), 'missing_token')
  assertRefused(await verifier.verify(`${token}a`, { scope: required }), 'invalid_token')
  assertRefused(await verifier.verify(7 as unknown as string), 'not_ready')
})

test('a token is good from its first second to its last, and not with a clock that is set back', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const token = await (await broker.agent({ maxTtl: 60 })).token()
  const { exp } = decodeToken(token)
  assert.ok((await verifier.verify(token)).ok)
  await scene.pass(exp * 1000 - 1 - broker.now())
  assert.ok((await verifier.verify(token)).ok)
  broker.advance(1)
  assertRefused(await verifier.verify(token), 'token_expired')
  broker.advance(-1_000)
  assertRefused(await verifier.verify(token), 'token_expired')
})

const forgeries: Readonly<Record<string, readonly [string, (claims: Claims) => Claims]>> = {
  'for another audience': ['wrong_audience', (claims) => ({ ...claims, aud: ['https://bank'] })],
  'for nobody in particular': ['wrong_audience', (claims) => without(claims, 'aud')],
  'of another issuer': ['wrong_issuer', (claims) => ({ ...claims, iss: 'https://else.test' })],
  'of no issuer': ['wrong_issuer', (claims) => ({ ...claims, iss: '' })],
  'that begins later': ['token_not_yet_valid', (claims) => ({ ...claims, nbf: claims.nbf + 7 })],
  'that has ended': ['token_expired', (claims) => ({ ...claims, exp: claims.iat })],
  'without a claim': ['invalid_token', (claims) => without(claims, 'jti')],
  'with a claim of another form': ['invalid_token', (claims) => ({ ...claims, scope: ['all'] })],
}

for (const [what, [reason, change]] of Object.entries(forgeries)) {
  test(`a token ${what} is refused as ${reason}, however well it is signed`, async () => {
    await using scene = await offlineScene()
    const token = await signed(scene.broker, change)
    const result = await scene.verifier.verify(token)
    assert.ok(!result.ok)
    assert.equal(result.reason, reason)
  })
}

test('a clock may be five seconds behind the broker, no more', async () => {
  await using scene = await offlineScene()
  assert.ok((await scene.verifier.verify(await signed(scene.broker, early(5)))).ok)
  const result = await scene.verifier.verify(await signed(scene.broker, early(7)))
  assertRefused(result, 'token_not_yet_valid')
})

test('issuer and audience are not asked for where the options say so', async () => {
  await using scene = await offlineScene({
    audience: null,
    issuer: null,
    environment: { AA_ISSUER: '', AA_AUDIENCE: '' },
  })
  assert.ok((await scene.verifier.verify(await (await scene.broker.agent()).token())).ok)
})

test('no change of a token, of any character, passes', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const token = await (await broker.agent()).token()
  assert.ok((await verifier.verify(token)).ok)
  for (let place = 0; place < token.length; place += 1) {
    const before = token.slice(0, place)
    const after = token.slice(place + 1)
    for (const letter of ['', 'A', 'B', '_', '.', '=', ' ', 'é', `${token[place]}A`]) {
      const changed = before + letter + after
      if (changed !== token) assert.equal((await verifier.verify(changed)).ok, false, changed)
    }
  }
})

test('another header, and a signature moved to another token, are refused', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const [one, other] = [await (await broker.agent()).token(), await (await broker.agent()).token()]
  const [header = '', payload = '', signature = ''] = one.split('.')
  const { kid } = decodeToken(one)
  const changed = [
    { alg: 'none', typ: 'JWT', kid },
    { alg: 'HS256', typ: 'JWT', kid },
    { alg: 'EdDSA', typ: 'JWT', kid, crit: ['exp'] },
    { typ: 'JWT', alg: 'EdDSA', kid },
    { alg: 'EdDSA', typ: 'JWT', kid: 'A'.repeat(43) },
    { alg: 'EdDSA', typ: 'JWT' },
  ].map((head) => `${encode(head)}.${payload}.${signature}`)
  const moved = `${header}.${payload}.${other.split('.')[2]}`
  const unsigned = `${header}.${payload}.`
  const long = `${header}.${'A'.repeat(20_000)}.${signature}`
  for (const token of [...changed, moved, unsigned, long, `${one}.${one}`, '..', '.'])
    assertRefused(await verifier.verify(token), 'invalid_token')
  assert.ok((await verifier.verify(one)).ok)
})

test('nothing that is shown of a verifier holds a secret', async () => {
  await using scene = await offlineScene()
  const token = await (await scene.broker.agent()).token()
  await scene.verifier.verify(token)
  const shown = inspect(scene.verifier, { depth: 20, showHidden: true })
  for (const text of [shown, JSON.stringify(scene.verifier)]) {
    assert.ok(text.length < 400, text)
    assert.ok(!text.includes(token.slice(-20)))
  }
})

test('a closed verifier refuses everything, signs out, and is never ready again', async () => {
  await using scene = await offlineScene()
  const { broker, verifier, asked } = scene
  const token = await (await broker.agent()).token()
  const early = verifier.verify(token)
  await verifier.close()
  assertRefused(await early, 'not_ready')
  assertRefused(await verifier.verify(token), 'not_ready')
  assert.equal(asked.at(-1), '/v1/token/release')
  await assert.rejects(verifier.ready())
  await verifier.close()
})

function without(claims: Claims, name: keyof Claims): Claims {
  const { [name]: _, ...rest } = claims
  return rest as Claims
}

const early = (seconds: number) => (claims: Claims) => ({ ...claims, nbf: claims.nbf + seconds })
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

async function signed(broker: TestBroker, change: (claims: Claims) => Claims): Promise<string> {
  const { kid, ...claims } = decodeToken(await (await broker.agent()).token())
  const token = broker.broker.context.keys.signAgain(change(claims), kid)
  assert.ok(token !== undefined)
  return token
}
