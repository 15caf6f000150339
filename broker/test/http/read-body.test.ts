import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import type { Fault } from '../../src/domain/fault.ts'
import { BodyBudget, MAX_BODY, MAX_BUFFERED, MAX_PIECES } from '../../src/http/body/body-limit.ts'
import { readBody } from '../../src/http/body/read-body.ts'

const limit = { timeout: 10_000 }

function begin(budget: BodyBudget) {
  const stream = new PassThrough()
  const { promise, resolve } = Promise.withResolvers<Fault | string>()
  readBody({ stream, socket: {}, budget }, (fault, bytes) => {
    resolve(fault ?? Buffer.from(bytes).toString())
  })
  return { stream, read: promise }
}

test('a body is what came in all chunks together', async () => {
  const { stream, read } = begin(new BodyBudget())
  for (const part of ['{"a"', ':', '1}']) stream.write(part)
  stream.end()
  assert.equal(await read, '{"a":1}')
})

test('when 64 MiB are being received by all requests together, the next body is refused', async () => {
  const budget = new BodyBudget()
  assert.ok(budget.take(MAX_BUFFERED - 10))
  const first = begin(budget)
  first.stream.write('0123456789')
  const second = begin(budget)
  second.stream.write('x')
  const refused = await second.read
  assert.equal(typeof refused === 'string' ? refused : refused.code, 'service_unavailable')

  first.stream.end()
  assert.equal(await first.read, '0123456789')
  const third = begin(budget)
  third.stream.end('x')
  assert.equal(await third.read, 'x')
})

test('what a broken, oversized or refused body held is given back', async () => {
  const budget = new BodyBudget()
  const broken = begin(budget)
  broken.stream.write('half of it')
  broken.stream.destroy(new Error('gone'))
  const aborted = await broken.read
  assert.equal(typeof aborted === 'string' ? aborted : aborted.code, 'invalid_request')

  const large = begin(budget)
  large.stream.write(Buffer.alloc(MAX_BODY))
  large.stream.write('x')
  const refused = await large.read
  assert.equal(typeof refused === 'string' ? refused : refused.code, 'payload_too_large')
  assert.ok(budget.take(MAX_BUFFERED))
})

test('a body in single bytes takes little more memory than its bytes', async () => {
  const budget = new BodyBudget()
  const { stream, read } = begin(budget)
  const count = 10_000
  for (let index = 0; index < count; index += 1) stream.write('x')
  await turnOfTheLoop()
  assert.ok(budget.take(MAX_BUFFERED - 3 * count))
  assert.ok(!budget.take(2 * count))
  stream.end()
  assert.equal(await read, 'x'.repeat(count))
})

test('a body in too many pieces is refused, long before it is too large', limit, async () => {
  const { stream, read } = begin(new BodyBudget())
  for (let index = 0; index <= MAX_PIECES; index += 1) stream.write('x')
  const refused = await read
  assert.equal(typeof refused === 'string' ? refused : refused.code, 'payload_too_large')
})
