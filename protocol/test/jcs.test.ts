import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { canonicalize, maxJsonDepth } from '../src/jcs.ts'

test('the sample of RFC 8785 section 3.2.2', () => {
  const sample = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }
  assert.equal(
    canonicalize(sample),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
})

test('members are sorted by UTF-16 code units, RFC 8785 section 3.2.3', () => {
  const sample = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  assert.deepEqual(Object.values(JSON.parse(canonicalize(sample)) as object).slice(1), [
    'Carriage Return',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ])
  assert.ok(canonicalize(sample).startsWith('{"\\r":"Carriage Return","1":"One","\u0080":'))
})

test('numbers of RFC 8785 appendix B', () => {
  const numbers: [string, string][] = [
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['8000000000000001', '-5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['44b52d02c7e14af7', '1.0000000000000001e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555555', '333333333.3333333'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ]
  for (const [bits, text] of numbers) {
    assert.equal(canonicalize(Buffer.from(bits, 'hex').readDoubleBE()), text)
  }
})

test('what JSON cannot say exactly is refused, at every depth', () => {
  const sparse: unknown[] = []
  sparse.length = 1
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const unsayable = [
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    Symbol('s'),
    () => 1,
    '\ud800',
    '\udc00\ud800',
    new Date(0),
    new Map(),
    new Uint8Array(1),
    Object('boxed'),
    sparse,
    cycle,
    { toJSON: () => 1 },
    { '\ud800': 1 },
  ]
  for (const value of unsayable) {
    assert.throws(() => canonicalize(value), TypeError)
    assert.throws(() => canonicalize([value]), TypeError)
    assert.throws(() => canonicalize({ member: value }), TypeError)
  }
})

test('nesting is bounded', () => {
  assert.equal(canonicalize(nested(maxJsonDepth)).length, 2 * maxJsonDepth + 1)
  assert.throws(() => canonicalize(nested(maxJsonDepth + 1)), TypeError)
})

test('a member named __proto__ is a member like any other', () => {
  const value: unknown = JSON.parse('{"b":1,"__proto__":{"a":2}}')
  assert.equal(canonicalize(value), '{"__proto__":{"a":2},"b":1}')
})

test('what is inherited or hidden is no member', () => {
  const value = Object.create({ inherited: 1 }) as object
  assert.throws(() => canonicalize(value), TypeError)
  const hidden = Object.defineProperty({ a: 1 }, 'b', { value: 2, enumerable: false })
  assert.equal(canonicalize(hidden), '{"a":1}')
})

test('no value appears in an error', () => {
  assert.throws(
    () => canonicalize({ secret: 'hunter2\ud800' }),
    (error: Error) => !error.message.includes('hunter2') && !error.message.includes('secret'),
  )
})

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)]
}

const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' })

test('parsing the canonical form gives the value back', () => {
  fc.assert(
    fc.property(json, (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value))
      assert.deepEqual(JSON.parse(canonicalize(value)), plain)
    }),
  )
})

test('canonicalizing twice changes nothing', () => {
  fc.assert(
    fc.property(json, (value) => {
      const once = canonicalize(value)
      return canonicalize(JSON.parse(once)) === once
    }),
  )
})

test('the order of members does not matter', () => {
  const entries = fc
    .uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), json), { selector: ([name]) => name })
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))
  fc.assert(
    fc.property(entries, ([one, other]) => {
      return canonicalize(Object.fromEntries(one)) === canonicalize(Object.fromEntries(other))
    }),
  )
})
