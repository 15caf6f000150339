import assert from 'node:assert/strict'
import { createPrivateKey, randomBytes, sign as opensslSign } from 'node:crypto'
import { test } from 'node:test'
import { encodeBase64url, readClaims, type Claims } from '@agentwrit/protocol'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { openKeys } from '../../src/crypto/broker-keys.ts'
import { firstSigningSeed, keystoreKey } from '../../src/crypto/derived-keys.ts'
import { keyIdOf } from '../../src/domain/tokens/key-id.ts'
import { nodeEd25519 } from '../../src/crypto/node-ed25519.ts'
import { makeFirstSigningKey, sealSigningKey } from '../../src/crypto/sealed-key.ts'
import type { SigningKey, SigningKeyStatus } from '../../src/domain/signing-keys/signing-key.ts'
import { firstKid, firstX, vectorKid, vectorNonce, vectorSeed } from './vectors.ts'

const ed25519 = nodeEd25519()
const adminSecret = 'correct horse battery staple'
const first = makeFirstSigningKey({ seedFile: vectorSeed, imported: false, at: 1000 })
const now = Math.floor(Date.now() / 1000)
const claims: Claims = {
  iss: '',
  sub: 'spiffe://agentwrit.local/agent/o/t/0011223344556677',
  exp: now + 300,
  nbf: now,
  iat: now,
  jti: '10'.repeat(16),
  sid: '11'.repeat(16),
  scope: ['read:data:*', 'write:logs:a&b'],
  task_id: 't',
  orch_id: 'o',
}

async function keysOf(...signingKeys: SigningKey[]) {
  return openKeys({ seed: vectorSeed, signingKeys, adminSecret })
}

function madeKey(status: SigningKeyStatus, createdAt: number): SigningKey {
  const seed = randomBytes(32)
  const x = encodeBase64url(ed25519.publicKeyOf(seed))
  const facts = { kid: keyIdOf(x), x, status, createdAt }
  return sealSigningKey(facts, seed, keystoreKey(vectorSeed))
}

async function tokenOf(key: SigningKey): Promise<string> {
  await using keys = await keysOf(key)
  return keys.sign(claims)
}

test('the first key of the seed signs and is published', async () => {
  await using keys = await keysOf(first)
  assert.equal(keys.activeKid, firstKid)
  assert.equal(keys.importedKey, undefined)
  assert.deepEqual(keys.published(), [
    { kty: 'OKP', crv: 'Ed25519', x: firstX, kid: firstKid, alg: 'EdDSA', use: 'sig' },
  ])
})

test('an imported key signs under the file key and tells when it came', async () => {
  await using keys = await keysOf(
    makeFirstSigningKey({ seedFile: vectorSeed, imported: true, at: 5000 }),
  )
  assert.equal(keys.activeKid, vectorKid)
  assert.deepEqual(keys.importedKey, { kid: vectorKid, at: 5000 })
})

test('an outside judge verifies our tokens from our published keys', async () => {
  await using keys = await keysOf(first, madeKey('retiring', 500))
  const set = createLocalJWKSet({ keys: keys.published().map((key) => ({ ...key })) })
  const { payload, protectedHeader } = await jwtVerify(keys.sign(claims), set, {
    algorithms: ['EdDSA'],
    typ: 'JWT',
  })
  assert.deepEqual(payload, claims)
  assert.deepEqual(protectedHeader, { alg: 'EdDSA', typ: 'JWT', kid: firstKid })
})

test('a token is signed as node:crypto signs it, byte for byte', async () => {
  await using keys = await keysOf(first)
  const token = keys.sign(claims)
  const end = token.lastIndexOf('.')
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  const der = Buffer.concat([prefix, firstSigningSeed(vectorSeed)])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const signature = opensslSign(null, Buffer.from(token.slice(0, end)), key)
  assert.equal(token.slice(end + 1), signature.toString('base64url'))
})

test('what an accepted key has signed it signs again, byte for byte; another key signs nothing', async () => {
  const retiring = madeKey('retiring', 500)
  const retired = madeKey('retired', 400)
  await using keys = await keysOf(first, retiring, retired)
  assert.equal(keys.signAgain(claims, firstKid), keys.sign(claims))
  const earlier = keys.signAgain(claims, retiring.kid)
  assert.ok(earlier !== undefined)
  assert.equal(keys.signAgain(claims, retiring.kid), earlier)
  assert.equal((await keys.openToken(earlier))?.kid, retiring.kid)
  assert.equal(keys.signAgain(claims, retired.kid), undefined)
  assert.equal(keys.signAgain(claims, 'unknown'), undefined)
})

test('a token that we signed opens to what it says, in the queue and at once', async () => {
  await using keys = await keysOf(first)
  const token = keys.sign(claims)
  for (const opened of [await keys.openToken(token), keys.openTokenAtOnce(token)]) {
    assert.equal(opened?.kid, firstKid)
    assert.deepEqual(readClaims(opened.payload), claims)
  }
})

test('a token with any character changed does not open', async () => {
  await using keys = await keysOf(first)
  const token = keys.sign(claims)
  const changed = Array.from(token, (character, position) => {
    const other = character === 'A' ? 'B' : 'A'
    return token.slice(0, position) + other + token.slice(position + 1)
  })
  const garbage = [
    '',
    '.',
    '..',
    'a.b.c',
    `${token}.`,
    `${token}=`,
    ` ${token}`,
    'x'.repeat(20_000),
  ]
  for (const text of [...changed, ...garbage]) {
    assert.equal(keys.openTokenAtOnce(text), undefined)
    assert.equal(await keys.openToken(text), undefined)
  }
})

test('active and retiring keys open tokens, retired, compromised and unknown ones do not', async () => {
  const active = madeKey('active', 4000)
  const stored = { ...first, status: 'retiring' } as const
  const retiring = sealSigningKey(stored, firstSigningSeed(vectorSeed), keystoreKey(vectorSeed))
  const older = madeKey('retiring', 500)
  const rows = [madeKey('retired', 1), older, retiring, madeKey('compromised', 2), active]
  await using keys = await keysOf(...rows)
  assert.deepEqual(
    keys.published().map(({ kid }) => kid),
    [active.kid, retiring.kid, older.kid],
  )
  assert.equal((await keys.openToken(await tokenOf(first)))?.kid, firstKid)
  assert.equal((await keys.openToken(await tokenOf(active)))?.kid, active.kid)
  assert.equal(await keys.openToken(await tokenOf(madeKey('active', 3000))), undefined)
})

test('a token of a key that was retired or compromised since does not open', async () => {
  const seed = randomBytes(32)
  const x = encodeBase64url(ed25519.publicKeyOf(seed))
  const facts = { kid: keyIdOf(x), x, createdAt: 1 }
  const sealed = (status: SigningKeyStatus) =>
    sealSigningKey({ ...facts, status }, seed, keystoreKey(vectorSeed))
  const token = await tokenOf(sealed('active'))
  for (const status of ['retired', 'compromised'] as const) {
    await using keys = await keysOf(first, sealed(status))
    assert.equal(await keys.openToken(token), undefined)
  }
})

test('keys that are not as they were sealed stop the start', async () => {
  const retiring = madeKey('retiring', 1)
  const broken: SigningKey[][] = [
    [],
    [retiring],
    [first, madeKey('active', 2)],
    [{ ...first, x: retiring.x }],
    [{ ...first, kid: retiring.kid }],
    [{ ...retiring, status: 'active' }],
    [first, { ...madeKey('retired', 1), status: 'retiring' }],
  ]
  for (const rows of broken) await assert.rejects(keysOf(...rows))
  const options = { seed: randomBytes(32), signingKeys: [first], adminSecret }
  await assert.rejects(openKeys(options))
})

test('a nonce carries the MAC of the vector', async () => {
  await using keys = await keysOf(first)
  const nonce = Buffer.from(vectorNonce, 'hex')
  const mac = keys.nonceMac(nonce.subarray(0, 16))
  assert.deepEqual(Buffer.from(mac), nonce.subarray(16))
})

test('a foreign signature verifies under its own key only', async () => {
  await using keys = await keysOf(first)
  const [seed, other] = [randomBytes(32), randomBytes(32)]
  const nonce = randomBytes(32)
  const signature = ed25519.signer(seed)(nonce)
  assert.ok(keys.isPublicKey(ed25519.publicKeyOf(seed)))
  assert.equal(await keys.verifySignature(ed25519.publicKeyOf(seed), nonce, signature), true)
  assert.equal(await keys.verifySignature(ed25519.publicKeyOf(other), nonce, signature), false)
  assert.equal(await keys.verifySignature(ed25519.publicKeyOf(seed), other, signature), false)
})

test('only the admin secret is the admin secret', async () => {
  await using keys = await keysOf(first)
  assert.equal(await keys.isAdminSecret(adminSecret), true)
  assert.equal(await keys.isAdminSecret(`${adminSecret}!`), false)
})
