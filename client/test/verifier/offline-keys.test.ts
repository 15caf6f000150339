import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as aTurnOfTheLoop, setTimeout } from 'node:timers/promises'
import { delegationInput, encodeHex, genesisHash } from '@agentwrit/protocol'
import type { Claims, DelegationRecord } from '@agentwrit/protocol'
import { withChain } from '../../../protocol/test/changed-chain.ts'
import type { Reply } from '../local-server.ts'
import { assertRefused } from './offline-scene.ts'
import { scriptedScene } from './scripted-scene.ts'
import { signingKey } from './stream-server.ts'
import type { SigningKey, StreamServer } from './stream-server.ts'

const keySets: Readonly<Record<string, (server: StreamServer) => Reply>> = {
  'no keys': () => ({ body: { keys: [] } }),
  'a key under a name that is not its own': ({ key: { published } }) => ({
    body: { keys: [{ ...signingKey().published, kid: published.kid }] },
  }),
  'a key of another kind': ({ key: { published } }) => ({
    body: {
      keys: [
        { ...published, kty: 'RSA' },
        { ...published, crv: 'X25519' },
      ],
    },
  }),
  'things that are no keys': () => ({ body: { keys: [null, 7, 'key', {}, { kty: 'OKP' }] } }),
}

for (const [what, reply] of Object.entries(keySets)) {
  test(`a key set with ${what} opens nothing`, async () => {
    await using scene = await scriptedScene((server) => void (server.replies.keys = reply(server)))
    const { server, verifier } = scene
    ;(await server.connection()).begin()
    await verifier.ready()
    assertRefused(await verifier.verify(server.token()), 'invalid_token')
  })
}

test('without a key set nothing is ready, and an unknown key cannot be judged while none can be had', async () => {
  await using scene = await scriptedScene(({ replies }) => void (replies.keys = { status: 500 }))
  const { server, verifier, errors, clock } = scene
  while (errors.length === 0) await aTurnOfTheLoop()
  assertRefused(await verifier.verify(server.token()), 'not_ready')
  assert.ok(!server.asked.includes('/v1/revocations/stream'))
  server.replies.keys = { body: { keys: [server.key.published] } }
  while (clock.sleeping().length === 0) await aTurnOfTheLoop()
  clock.advance(2_000)
  ;(await server.connection()).begin()
  await verifier.ready()
  assert.ok((await verifier.verify(server.token())).ok)
  server.replies.keys = { status: 500 }
  clock.advance(2_000)
  const foreign = signingKey().token(payloadOf(server.token()))
  assertRefused(await verifier.verify(foreign), 'not_ready')
  assert.ok((await verifier.verify(server.token())).ok)
})

test('a key that is published no more is not accepted, seen before or not', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  const [seen, unseen] = [server.token(), server.token({ jti: 'd'.repeat(32) })]
  assert.ok((await verifier.verify(seen)).ok)
  const successor = signingKey()
  server.replies.keys = { body: { keys: [successor.published] } }
  clock.advance(2_000)
  assert.ok((await verifier.verify(successor.token(payloadOf(seen)))).ok)
  for (const token of [seen, unseen]) assertRefused(await verifier.verify(token), 'invalid_token')
})

test('a key that is published again is learned with its next token, though that was refused meanwhile', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  ;(await server.connection()).begin()
  await verifier.ready()
  const token = server.token()
  assert.ok((await verifier.verify(token)).ok)
  for (const [keys, isAccepted] of [
    [[], false],
    [[server.key.published], true],
  ] as const) {
    server.replies.keys = { body: { keys } }
    clock.advance(2_000)
    // Somebody else's token makes the set be fetched, or this one itself.
    if (!isAccepted) await verifier.verify(signingKey().token(payloadOf(token)))
    assert.equal((await verifier.verify(token)).ok, isAccepted)
  }
})

test('a key that is published no more when its token has been read is not accepted either', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  ;(await server.connection()).begin()
  await verifier.ready()
  const other = signingKey()
  const token = server.key.token(delegatedBy(other, payloadOf(server.token())))
  // The record of the chain makes the set be fetched when the signature of the token is known to be good.
  server.replies.keys = keysOf(other)
  clock.advance(2_000)
  assertRefused(await verifier.verify(token), 'invalid_token')
  server.replies.keys = keysOf(other, server.key)
  clock.advance(2_000)
  assert.ok((await verifier.verify(token)).ok)
})

test('a set of keys that is five minutes old is fetched anew, though no token asks for another', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  const token = server.token({ exp: clock.now() / 1000 + 900 })
  assert.ok((await verifier.verify(token)).ok)
  server.replies.keys = { body: { keys: [signingKey().published] } }
  server.asked.length = 0
  clock.advance(300_001)
  connection.fresh(0, clock.now())
  await verifier.ready()
  while ((await verifier.verify(token)).ok) await aTurnOfTheLoop()
  assertRefused(await verifier.verify(token), 'invalid_token')
  assert.deepEqual(server.asked, ['/.well-known/jwks.json'])
})

test('while the set is being fetched, however slowly, nobody fetches it again', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  ;(await server.connection()).begin()
  await verifier.ready()
  const foreign = () => verifier.verify(signingKey().token(payloadOf(server.token())))
  clock.advance(2_000)
  server.replies.keys = undefined
  server.asked.length = 0
  const first = foreign()
  while (server.asked.length === 0) await aTurnOfTheLoop()
  clock.advance(2_500)
  const second = foreign()
  // A second request would have arrived by then.
  await setTimeout(100)
  server.hangUp()
  assertRefused(await first, 'not_ready')
  assertRefused(await second, 'not_ready')
  assert.deepEqual(server.asked, ['/.well-known/jwks.json'])
})

test('of tokens never seen before only so many are looked into at once', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock, errors } = scene
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  const [known, unknown] = [server.token(), server.token({ jti: 'd'.repeat(32) })]
  assert.ok((await verifier.verify(known)).ok)
  clock.advance(2_000)
  const foreign = signingKey().token(payloadOf(known))
  const storm = Array.from({ length: 1_000 }, () => verifier.verify(foreign))
  assertRefused(await verifier.verify(unknown), 'not_ready')
  assert.ok((await verifier.verify(known)).ok)
  assert.equal(errors.length, 1)
  for (const result of await Promise.all(storm)) assertRefused(result, 'invalid_token')
  assert.ok((await verifier.verify(unknown)).ok)
})

test('a verifier that refuses anyway asks for no key', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  const foreign = signingKey().token(payloadOf(server.token()))
  clock.advance(5_001)
  server.asked.length = 0
  assertRefused(await verifier.verify(foreign), 'not_ready')
  assert.ok(!server.asked.includes('/.well-known/jwks.json'))
})

/** The claims of a token that somebody has delegated, under a record that this key has signed. */
function delegatedBy(key: SigningKey, claims: Claims): Claims {
  const record: DelegationRecord = {
    agent: 'spiffe://agentwrit.local/agent/o/t/ffeeddccbbaa9988',
    scope: claims.scope,
    delegated_at: new Date(claims.iat * 1000).toISOString(),
    delegatee: claims.sub,
    granted_scope: claims.scope,
    jti: claims.jti,
    sid: claims.sid ?? '',
    parent_jti: 'c'.repeat(32),
    parent_sid: 'd'.repeat(32),
    prev: genesisHash,
    kid: key.published.kid,
    signature: '',
  }
  const bytes = new TextEncoder().encode(delegationInput(record))
  return withChain(claims, [{ ...record, signature: encodeHex(key.sign(bytes)) }])
}

function keysOf(...keys: readonly SigningKey[]): Reply {
  return { body: { keys: keys.map(({ published }) => published) } }
}

function payloadOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}
