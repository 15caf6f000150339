import assert from 'node:assert/strict'
import { test } from 'node:test'
import { oneAtATime } from '../../src/crypto/one-at-a-time.ts'

const fail = async () => Promise.reject(new TypeError('broken'))

test('work begins when the work before it has ended, in order', async () => {
  const inTurn = oneAtATime(8)
  const seen: string[] = []
  const work = (name: string) => async () => {
    seen.push(`${name} begins`)
    await Promise.resolve()
    seen.push(`${name} ends`)
    return name
  }
  assert.deepEqual(await Promise.all([inTurn(work('a')), inTurn(work('b'))]), ['a', 'b'])
  assert.deepEqual(seen, ['a begins', 'a ends', 'b begins', 'b ends'])
})

test('work that fails fails alone and makes room', async () => {
  const inTurn = oneAtATime(1)
  const outcomes = await Promise.allSettled([inTurn(fail), inTurn(async () => 'fine')])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  )
  await assert.rejects(inTurn(fail), TypeError)
  assert.equal(await inTurn(async () => 'again'), 'again')
})
