import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { keystoreKey } from '../../src/crypto/derived-keys.ts'
import { keyIdOf } from '../../src/domain/tokens/key-id.ts'
import {
  makeFirstSigningKey,
  makeRandomSigningKey,
  openSigningKey,
  resealSigningKey,
} from '../../src/crypto/sealed-key.ts'
import type { SigningKey } from '../../src/domain/signing-keys/signing-key.ts'
import { firstKid, firstX, vectorKid, vectorSeed, vectorX } from './vectors.ts'

const at = Date.UTC(2026, 0, 2, 3, 4, 5)
const derived = makeFirstSigningKey({ seedFile: vectorSeed, imported: false, at })
const imported = makeFirstSigningKey({ seedFile: vectorSeed, imported: true, at })
const key = keystoreKey(vectorSeed)

test('a key id is the thumbprint of the public key', () => {
  assert.equal(keyIdOf(vectorX), vectorKid)
})

test('the first signing key is derived from the seed', () => {
  const { sealed: _, ...facts } = derived
  assert.deepEqual(facts, { kid: firstKid, x: firstX, status: 'active', createdAt: at })
  assert.notDeepEqual(openSigningKey(derived, key), vectorSeed)
})

test('an imported signing key is the key of the file', () => {
  const { sealed: _, ...facts } = imported
  const expected = { kid: vectorKid, x: vectorX, status: 'active', createdAt: at, importedAt: at }
  assert.deepEqual(facts, expected)
  assert.deepEqual(openSigningKey(imported, key), vectorSeed)
})

test('a sealed key shows nothing of its seed and is sealed differently every time', () => {
  assert.ok(!Buffer.from(imported.sealed, 'base64url').includes(vectorSeed))
  const again = makeFirstSigningKey({ seedFile: vectorSeed, imported: true, at })
  assert.notEqual(again.sealed, imported.sealed)
})

test('a row that differs in kid, status or dates from what was sealed does not open', () => {
  const { importedAt: _, ...neverImported } = imported
  const changed: SigningKey[] = [
    { ...imported, kid: firstKid },
    { ...imported, status: 'retiring' },
    { ...imported, status: 'retired' },
    { ...imported, createdAt: at + 1 },
    { ...imported, importedAt: at + 1 },
    neverImported,
    { ...derived, importedAt: at },
    { ...imported, sealed: derived.sealed },
  ]
  for (const row of changed) assert.equal(openSigningKey(row, key), undefined)
})

test('a resealed key opens to the same seed as what it has become, and as nothing else', () => {
  const retiring = resealSigningKey(imported, { status: 'retiring', retiresAt: at + 1000 }, key)
  const { sealed, ...facts } = retiring
  const { sealed: before, ...factsBefore } = imported
  assert.deepEqual(facts, { ...factsBefore, status: 'retiring', retiresAt: at + 1000 })
  assert.deepEqual(openSigningKey(retiring, key), vectorSeed)
  const { retiresAt: _, ...undated } = retiring
  const changed: SigningKey[] = [
    undated,
    { ...retiring, retiresAt: at + 1001 },
    { ...retiring, retiredAt: at },
    { ...retiring, status: 'active' },
    { ...undated, status: 'active' },
    { ...imported, sealed },
    { ...retiring, sealed: before },
  ]
  for (const row of changed) assert.equal(openSigningKey(row, key), undefined)
})

test('a key that is over has no private half left, and keeps its public one', () => {
  const retiring = resealSigningKey(derived, { status: 'retiring', retiresAt: at }, key)
  for (const status of ['retired', 'compromised'] as const) {
    for (const row of [derived, retiring]) {
      const over = resealSigningKey(row, { status, retiredAt: at + 5 }, key)
      assert.deepEqual(over, { ...row, sealed: '', status, retiredAt: at + 5 })
      assert.equal(openSigningKey(over, key), undefined)
    }
  }
})

test('a row that is not as it was sealed is not sealed anew', () => {
  const change = { status: 'retiring', retiresAt: at } as const
  for (const row of [
    { ...imported, createdAt: 1 },
    { ...imported, sealed: '' },
  ]) {
    assert.throws(() => resealSigningKey(row, change, key))
  }
  assert.throws(() => resealSigningKey(imported, change, keystoreKey(randomBytes(32))))
})

test('a key made later is like no other and is sealed', () => {
  const made = [makeRandomSigningKey(at, key), makeRandomSigningKey(at, key)]
  assert.equal(new Set(made.map(({ kid }) => kid)).size, 2)
  for (const row of made) {
    assert.equal(row.kid, keyIdOf(row.x))
    assert.equal(row.status, 'active')
    assert.equal(openSigningKey(row, key)?.length, 32)
  }
})

test('no change of a sealed key opens, nor does another deployment', () => {
  const sealed = Buffer.from(imported.sealed, 'base64url')
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.equal(
      openSigningKey({ ...imported, sealed: changed.toString('base64url') }, key),
      undefined,
    )
  }
  for (const text of [
    '',
    imported.sealed.slice(1),
    `${imported.sealed}AAAA`,
    `${imported.sealed}=`,
  ]) {
    assert.equal(openSigningKey({ ...imported, sealed: text }, key), undefined)
  }
  assert.equal(openSigningKey(imported, keystoreKey(randomBytes(32))), undefined)
})
