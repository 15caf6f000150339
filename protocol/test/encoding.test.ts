import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import {
  decodeBase64,
  decodeBase64url,
  decodeHex,
  encodeBase64,
  encodeBase64url,
  encodeHex,
} from '../src/encoding.ts'

const encodings = [
  { name: 'base64url', encode: encodeBase64url, decode: decodeBase64url },
  { name: 'base64', encode: encodeBase64, decode: decodeBase64 },
  { name: 'hex', encode: encodeHex, decode: decodeHex },
] as const

const texts = fc.string({ unit: fc.constantFrom(...Array.from('AZaz09+/-_=fQ g')), maxLength: 9 })

for (const { name, encode, decode } of encodings) {
  test(`${name} is written as Node writes it, and read back`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const text = encode(bytes)
        assert.equal(text, Buffer.from(bytes).toString(name))
        assert.deepEqual(decode(text), new Uint8Array(bytes))
      }),
    )
  })

  test(`bytes have exactly one spelling in ${name}`, () => {
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = decode(text)
        return bytes === undefined || encode(bytes) === text
      }),
      { numRuns: 5000 },
    )
  })
}

test('base64url without padding, with its own alphabet and clean last bits only', () => {
  assert.deepEqual(decodeBase64url(''), new Uint8Array())
  for (const text of [
    'A',
    'AA==',
    'AB',
    'AAB',
    'A+A',
    'A/A',
    'AA\n',
    ' AA',
    'AAAAA',
    'AA A',
    'ÄA',
  ]) {
    assert.equal(decodeBase64url(text), undefined, text)
  }
})

test('base64 with full padding, its own alphabet and clean last bits only', () => {
  assert.deepEqual(decodeBase64('AA=='), new Uint8Array(1))
  for (const text of [
    'AA',
    'AA=',
    'AAA',
    'AB==',
    'AAB=',
    'A-A=',
    'A===',
    '====',
    '==',
    'AA==AA==',
  ]) {
    assert.equal(decodeBase64(text), undefined, text)
  }
})

test('hex in lower case and whole bytes only', () => {
  assert.deepEqual(decodeHex('00ff'), new Uint8Array([0, 255]))
  for (const text of ['0', '000', 'FF', 'fF', '0x00', 'g0', ' 00', '0\u0130']) {
    assert.equal(decodeHex(text), undefined, text)
  }
})
