import assert from 'node:assert/strict'
import test from 'node:test'
import {
  chainHashInput,
  delegationInput,
  isDelegationRecord,
  previousRecordInput,
} from '../src/delegation-chain.ts'
import { readVector } from './read-vector.ts'

const { chain } = readVector('delegation-chain')
const [record] = chain

test('app and launching session may be missing, every other member not', () => {
  for (const name of Object.keys(record)) {
    const rest = Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
    assert.equal(isDelegationRecord(rest), name === 'app_id' || name === 'lsid', name)
  }
})

test('a record has no member that we do not know', () => {
  assert.ok(!isDelegationRecord({ ...record, extra: 1 }))
  assert.ok(!isDelegationRecord(JSON.parse(JSON.stringify(record).replace('{', '{"__proto__":1,'))))
})

test('an inherited member does not count', () => {
  const { jti, ...rest } = record
  assert.ok(!isDelegationRecord(Object.setPrototypeOf({ ...rest }, { jti })))
})

const badForms: Record<string, unknown[]> = {
  agent: ['', 'admin', 'app:x', 1, null],
  delegatee: ['', 'admin', 1, null],
  scope: [[], ['x'], 'a:b:c', null],
  granted_scope: [[], ['x'], 'a:b:c', null],
  delegated_at: [
    '2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05.1Z',
    '2026-01-02T03:04:05.123+00:00',
    '2026-01-02 03:04:05.123Z',
    '2026-02-30T03:04:05.123Z',
    '2026-01-02T24:00:00.000Z',
    0,
    null,
  ],
  jti: ['', 'A'.repeat(32), null],
  sid: ['', null],
  parent_jti: ['', null],
  parent_sid: ['', null],
  app_id: ['', 'a/b', null],
  lsid: ['', null],
  prev: ['', '0'.repeat(63), null],
  kid: ['', 'A'.repeat(44), null],
  signature: ['', '0'.repeat(127), 'F'.repeat(128), null],
}

for (const [name, values] of Object.entries(badForms)) {
  test(`${name} of a record has one type and one form`, () => {
    for (const value of values) {
      assert.ok(!isDelegationRecord({ ...record, [name]: value }), String(value))
    }
  })
}

test('a signature covers every member but itself', () => {
  const input = delegationInput(record)
  assert.equal(delegationInput({ ...record, signature: '0'.repeat(128) }), input)
  for (const name of Object.keys(record).filter((key) => key !== 'signature')) {
    assert.notEqual(delegationInput({ ...record, [name]: 'changed' }), input, name)
  }
})

test('the link to a record and the hash of a chain cover the signature too', () => {
  const forged = { ...record, signature: '0'.repeat(128) }
  assert.notEqual(previousRecordInput(forged), previousRecordInput(record))
  assert.notEqual(chainHashInput([forged, chain[1]]), chainHashInput(chain))
  assert.notEqual(chainHashInput([chain[1], record]), chainHashInput(chain))
})
