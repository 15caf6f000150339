import assert from 'node:assert/strict'
import test from 'node:test'
import { checkpointInput } from '../src/checkpoint.ts'

const checkpoint = {
  seq: 100,
  hash: 'a'.repeat(64),
  time: '2026-01-02T03:04:06.000Z',
  kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  signature: '0'.repeat(128),
}

test('a checkpoint signs its event, that hash and the time, under a name of its own', () => {
  const input = checkpointInput(checkpoint)
  assert.ok(input.startsWith('agentwrit-checkpoint-v1\n{"hash":'))
  for (const changed of [{ seq: 101 }, { hash: 'b'.repeat(64) }, { time: '2027' }]) {
    assert.notEqual(checkpointInput({ ...checkpoint, ...changed }), input)
  }
  const signedAgain = { ...checkpoint, kid: 'x', signature: 'y' }
  assert.equal(checkpointInput(signedAgain), input)
})
