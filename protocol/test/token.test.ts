import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { encodeBase64url } from '../src/encoding.ts'
import { keyIdInput, maxTokenLength, readToken, tokenHeader } from '../src/token.ts'
import { readVector } from './read-vector.ts'

const vector = readVector('token')
const { token } = vector
const [header = '', payload = '', signature = ''] = token.split('.')
const kid = readToken(token)?.kid ?? ''

test('a token has exactly three parts', () => {
  const unsigned = `${header}.${payload}`
  for (const bad of ['', '.', '..', '....', unsigned, `${unsigned}.`, `${token}.`, `.${token}`]) {
    assert.equal(readToken(bad), undefined, bad)
  }
  assert.equal(readToken(`${token}.${payload}.${signature}`), undefined)
})

test('a header is ours byte for byte', () => {
  const bad = [
    '',
    '{}',
    'null',
    vector.header.replace('EdDSA', 'none'),
    vector.header.replace('EdDSA', 'HS256'),
    vector.header.replace('EdDSA', 'eddsa'),
    vector.header.replace('JWT', 'jwt'),
    vector.header.replace('{', '{ '),
    vector.header.replace('}', ',"crit":["x"]}'),
    vector.header.replace('}', ',"alg":"none"}'),
    vector.header.replace('"typ":"JWT",', ''),
    vector.header.replace(kid, ''),
    vector.header.replace(kid, '../../etc/passwd'),
    vector.header.replace(kid, `${kid}A`),
    vector.header.replace(kid, `${kid.slice(0, -1)}l`),
    `{"kid":"${kid}","alg":"EdDSA","typ":"JWT"}`,
    `\ufeff${vector.header}`,
  ]
  for (const json of bad) {
    assert.equal(readToken(`${encodeText(json)}.${payload}.${signature}`), undefined, json)
  }
})

test('a payload is one JSON object in UTF-8', () => {
  for (const json of ['', 'null', '1', '"x"', '[]', '[{}]', '{', '{}{}', '{} x', '\ufeff{}']) {
    assert.equal(readToken(`${header}.${encodeText(json)}.${signature}`), undefined, json)
  }
  const notUtf8 = encodeBase64url(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))
  assert.equal(readToken(`${header}.${notUtf8}.${signature}`), undefined)
  assert.deepEqual(readToken(`${header}.${encodeText('{}')}.${signature}`)?.payload, {})
})

test('a signature has 64 bytes in their one spelling', () => {
  for (const bad of ['', zeros(63), zeros(65), `${signature}==`, `${signature.slice(0, -1)}h`]) {
    assert.equal(readToken(`${header}.${payload}.${bad}`), undefined, bad)
  }
})

test('a token of more than 16 KiB is not looked at', () => {
  const room = maxTokenLength - header.length - signature.length - 2
  const filled = (length: number) => {
    const body = encodeText(`{"a":"${'x'.repeat(length)}"}`)
    return `${header}.${body}.${signature}`
  }
  const fits = filled(Math.floor((room * 3) / 4) - 8)
  const tooLong = filled(Math.ceil((room * 3) / 4) - 5)
  assert.ok(fits.length <= maxTokenLength && tooLong.length > maxTokenLength)
  assert.notEqual(readToken(fits), undefined)
  assert.equal(readToken(tooLong), undefined)
  assert.equal(readToken('.'.repeat(2 ** 27)), undefined)
})

test('a changed token has another signed text or another signature, or is none', () => {
  const original = readToken(token)
  const character = fc.constantFrom(...Array.from('ABab09-_.= +/'))
  fc.assert(
    fc.property(fc.nat(token.length - 1), character, (at, changed) => {
      fc.pre(token[at] !== changed)
      const read = readToken(token.slice(0, at) + changed + token.slice(at + 1))
      if (read === undefined) return true
      const sameBytes = Buffer.from(read.signature).equals(original?.signature ?? Buffer.of())
      return read.signingInput !== original?.signingInput || !sameBytes
    }),
    { numRuns: 1000 },
  )
})

test('a header or key id is never made of anything but a thumbprint', () => {
  for (const bad of [
    '',
    'x',
    `${kid}"`,
    `${kid.slice(0, -1)}l`,
    'A","alg":"none'.padEnd(43, 'A'),
  ]) {
    assert.throws(() => tokenHeader(bad), TypeError)
    assert.throws(() => keyIdInput(bad), TypeError)
  }
})

function zeros(length: number): string {
  return encodeBase64url(new Uint8Array(length))
}

function encodeText(json: string): string {
  return encodeBase64url(new TextEncoder().encode(json))
}
