import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Fault } from '../../src/domain/fault.ts'
import { parseJsonBody } from '../../src/http/body/json-body.ts'

const parse = (text: string) => parseJsonBody(Buffer.from(text))

function assertRefused(bytes: Uint8Array | string): void {
  const parsed = parseJsonBody(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
  assert.ok(parsed instanceof Fault)
  assert.equal(parsed.code, 'invalid_request')
}

test('a body is one JSON object with white space around it', () => {
  assert.deepEqual(parse(' \r\n\t{"a":1}\n '), { a: 1 })
  for (const text of [
    '[]',
    '"a"',
    '5',
    'true',
    '{',
    '{}{}',
    '{} x',
    '{}\0',
    "{'a':1}",
    '{"a":01}',
    ' ',
  ]) {
    assertRefused(text)
  }
})

test('null as a body means {}, and null as a member means absent', () => {
  assert.deepEqual(parse('null'), {})
  assert.deepEqual(parse('{"a":null,"b":{"c":null},"d":[null]}'), { b: { c: null }, d: [null] })
})

test('of duplicate members the last counts, also when it is null', () => {
  assert.deepEqual(parse('{"a":1,"a":2}'), { a: 2 })
  assert.deepEqual(parse('{"a":1,"a":null}'), {})
})

test('a body is valid UTF-8 without a byte order mark', () => {
  assertRefused(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))
  assertRefused(Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d))
  assertRefused('\uFEFF{}')
  assert.deepEqual(parse('{"ü€😀":1}'), { 'ü€😀': 1 })
})

test('lone surrogates are refused in values and names, pairs are not', () => {
  assertRefused(String.raw`{"a":"\ud800"}`)
  assertRefused(String.raw`{"a":["x",{"b":"\udc00\ud800"}]}`)
  assertRefused(String.raw`{"\ud800":1}`)
  assertRefused(String.raw`{"unknown":{"\udfff":1}}`)
  assert.deepEqual(parse(String.raw`{"a":"\ud83d\ude00"}`), { a: '😀' })
  assert.deepEqual(parse(String.raw`{"a":"\\ud800"}`), { a: String.raw`\ud800` })
})

test('__proto__ is a member like any other and changes no prototype', () => {
  const body = parse('{"__proto__":{"polluted":true},"constructor":1}')
  assert.equal(Object.getPrototypeOf(body), Object.prototype)
  assert.deepEqual(Object.keys(body), ['__proto__', 'constructor'])
  assert.equal('polluted' in {}, false)
})

test('half a million brackets are read without running out of stack', () => {
  const depth = 500_000
  const deep = `{"a":${'['.repeat(depth)}"\\u0041"${']'.repeat(depth)}}`
  assert.ok(!(parse(deep) instanceof Fault))
  assertRefused(deep.replace('\\u0041', '\\ud800'))
})

test('no refusal repeats any of the input', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12, unit: 'grapheme-ascii' }), (secret) => {
      const parsed = parse(`{"secret":"x" ${secret}`)
      assert.ok(parsed instanceof Fault)
      assert.ok(!parsed.message.includes(secret))
      assert.equal(parsed.cause, undefined)
    }),
  )
})

test('every object that JSON can say is read as it is, but for members that are null', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value)
      const expected = JSON.parse(text)
      for (const name of Object.keys(expected)) if (expected[name] === null) delete expected[name]
      assert.deepEqual(parse(text), expected)
    }),
  )
})
