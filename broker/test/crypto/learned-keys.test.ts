// Keys that change while the broker runs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Claims, SignedBytes } from '@agentwrit/protocol'
import * as fc from 'fast-check'
import { openKeys, type OpenedKeys } from '../../src/crypto/broker-keys.ts'
import { makeFirstSigningKey } from '../../src/crypto/sealed-key.ts'
import type { SigningKey } from '../../src/domain/signing-keys/signing-key.ts'
import { firstKid, vectorSeed } from './vectors.ts'

const first = makeFirstSigningKey({ seedFile: vectorSeed, imported: false, at: 1000 })
const claims: Claims = {
  iss: '',
  sub: 'admin',
  exp: 2000,
  nbf: 1000,
  iat: 1000,
  jti: '10'.repeat(16),
  sid: '11'.repeat(16),
  scope: ['admin:revoke:*'],
}
const message = new TextEncoder().encode('agentwrit-test-v1\nwhat is signed')

const open = (...signingKeys: SigningKey[]): Promise<OpenedKeys> =>
  openKeys({ seed: vectorSeed, signingKeys, adminSecret: 'secret' })

const retiringAt = (keys: OpenedKeys, row: SigningKey, retiresAt = 9000): SigningKey =>
  keys.reseal(row, { status: 'retiring', retiresAt })

const overAt = (keys: OpenedKeys, row: SigningKey, retiredAt = 9000): SigningKey =>
  keys.reseal(row, { status: 'compromised', retiredAt })

const signed = (keys: OpenedKeys): SignedBytes => ({
  kid: keys.activeKid,
  message,
  signature: Uint8Array.from(keys.signMessage(message)),
})

test('a new key signs at once, and what the previous one has signed still opens', async () => {
  await using keys = await open(first)
  const [old, oldMessage] = [keys.sign(claims), signed(keys)]
  const made = keys.makeSigningKey(2000)
  assert.equal(keys.learn([retiringAt(keys, first), made]), true)
  assert.equal(keys.activeKid, made.kid)
  assert.deepEqual(
    keys.published().map(({ kid }) => kid),
    [made.kid, first.kid],
  )
  const fresh = keys.sign(claims)
  assert.equal(keys.openTokenAtOnce(fresh)?.kid, made.kid)
  assert.equal((await keys.openToken(old))?.kid, first.kid)
  assert.equal(keys.signAgain(claims, first.kid), old)
  for (const bytes of [oldMessage, signed(keys)]) {
    assert.equal(await keys.verifyMessage(bytes), true)
    assert.equal(keys.verifyMessageAtOnce(bytes), true)
  }
})

test('a message verifies as it was signed, under the key that it names', async () => {
  await using keys = await open(first)
  const good = signed(keys)
  const other = keys.makeSigningKey(2000)
  keys.learn([retiringAt(keys, first), other])
  const bad: SignedBytes[] = [
    { ...good, kid: other.kid },
    { ...good, message: new TextEncoder().encode('something else') },
    { ...good, signature: new Uint8Array(64) },
    { ...good, signature: new Uint8Array() },
  ]
  for (const bytes of bad) {
    assert.equal(await keys.verifyMessage(bytes), false)
    assert.equal(keys.verifyMessageAtOnce(bytes), false)
  }
  assert.equal(await keys.verifyMessage({ ...good, kid: 'unknown' }), undefined)
  assert.equal(keys.verifyMessageAtOnce({ ...good, kid: 'unknown' }), undefined)
})

test('nothing that a compromised key has signed is accepted, nor is it published', async () => {
  await using keys = await open(first)
  const [old, oldMessage] = [keys.sign(claims), signed(keys)]
  const made = keys.makeSigningKey(2000)
  assert.equal(keys.learn([overAt(keys, first), made]), true)
  assert.equal(keys.accepts(firstKid), false)
  assert.equal(keys.openTokenAtOnce(old), undefined)
  assert.equal(await keys.openToken(old), undefined)
  assert.equal(await keys.verifyMessage(oldMessage), undefined)
  assert.equal(keys.verifyMessageAtOnce(oldMessage), undefined)
  assert.equal(keys.signAgain(claims, firstKid), undefined)
  assert.deepEqual(
    keys.published().map(({ kid }) => kid),
    [made.kid],
  )
})

test('a signature that waits while its key is compromised was never verified', async () => {
  await using keys = await open(first)
  const [token, bytes] = [keys.sign(claims), signed(keys)]
  const waiting = Promise.all([keys.openToken(token), keys.verifyMessage(bytes)])
  keys.learn([overAt(keys, first), keys.makeSigningKey(2000)])
  assert.deepEqual(await waiting, [undefined, undefined])
})

test('only a header of ours with a key that is not accepted names an unknown key', async () => {
  await using keys = await open(first)
  await using others = await open(first)
  const made = others.makeSigningKey(2000)
  others.learn([retiringAt(others, first), made])
  const token = others.sign(claims)
  assert.equal(keys.namesUnknownKey(keys.sign(claims)), false)
  assert.equal(keys.namesUnknownKey(token), true)
  for (const text of [
    '',
    'a.b.c',
    token.slice(1),
    token.slice(0, 106),
    `${token}${'x'.repeat(16_384)}`,
  ]) {
    assert.equal(keys.namesUnknownKey(text), false)
  }
  keys.learn([retiringAt(keys, first), made])
  assert.equal(keys.namesUnknownKey(token), false)
})

test('rows that do not open change nothing, but what they retire is over', async () => {
  await using keys = await open(first)
  const made = keys.makeSigningKey(2000)
  const retiring = retiringAt(keys, first)
  const broken = [
    [made],
    [retiring],
    [retiring, { ...made, createdAt: 1 }],
    [{ ...retiring, retiresAt: 9_000_000 }, made],
  ]
  const before = keys.published()
  for (const rows of broken) {
    assert.throws(() => keys.learn(rows))
    assert.equal(keys.activeKid, firstKid)
    assert.deepEqual(keys.published(), before)
    assert.ok(keys.openTokenAtOnce(keys.sign(claims)))
  }
  assert.throws(() => keys.learn([overAt(keys, first)]))
  assert.equal(keys.accepts(firstKid), false)
  assert.deepEqual(keys.published(), [])
  assert.throws(() => keys.sign(claims), { code: 'service_unavailable' })
  assert.throws(() => keys.signMessage(message), { code: 'service_unavailable' })
  assert.equal(keys.learn([overAt(keys, first), made]), true)
  assert.equal(keys.activeKid, made.kid)
})

test('in whatever order the states of the store are read, the latest of them holds', async () => {
  await using maker = await open(first)
  const second = maker.makeSigningKey(2000)
  const third = maker.makeSigningKey(3000)
  const states: SigningKey[][] = [
    [first],
    [retiringAt(maker, first), second],
    [retiringAt(maker, first), retiringAt(maker, second), third],
    [overAt(maker, first), retiringAt(maker, second), third],
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: states.length - 1 }), { maxLength: 8 }),
      async (order) => {
        await using keys = await open(first)
        for (const place of order) keys.learn(states[place] ?? [])
        await using expected = await open(...(states[Math.max(0, ...order)] ?? []))
        assert.deepEqual(keys.published(), expected.published())
        assert.equal(keys.activeKid, expected.activeKid)
        assert.equal(keys.learn(states[Math.max(0, ...order)] ?? []), false)
      },
    ),
    { numRuns: 15 },
  )
})
