import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freshWithin } from '../../src/http/state/fresh.ts'

function counted(maxAge: number) {
  let now = 0
  let readings = 0
  const read = freshWithin(
    maxAge,
    () => now,
    async () => (readings += 1),
  )
  return { read, advance: (milliseconds: number) => (now += milliseconds) }
}

test('one reading serves all who ask while it is fresh', async () => {
  const { read, advance } = counted(1000)
  assert.deepEqual(await Promise.all([read(), read(), read()]), [1, 1, 1])
  advance(999)
  assert.equal(await read(), 1)
  advance(1)
  assert.equal(await read(), 2)
})

test('with an age of zero only those share who ask at the same time', async () => {
  const { read } = counted(0)
  assert.deepEqual(await Promise.all([read(), read()]), [1, 1])
  assert.equal(await read(), 2)
})

test('a failed reading is not kept for longer than a good one', async () => {
  let now = 0
  let isBroken = true
  const read = freshWithin(
    1000,
    () => now,
    async () => (isBroken ? Promise.reject(new Error('broken')) : 'well'),
  )
  await assert.rejects(read())
  isBroken = false
  now = 1000
  assert.equal(await read(), 'well')
})
