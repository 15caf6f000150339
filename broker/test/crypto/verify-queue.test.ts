import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { nodeEd25519 } from '../../src/crypto/node-ed25519.ts'
import { VerifyQueue, startVerifyWorker } from '../../src/crypto/verify-queue.ts'
import { Fault } from '../../src/domain/fault.ts'

const ed25519 = nodeEd25519()
const seed = randomBytes(32)
const publicKey = ed25519.publicKeyOf(seed)
const sign = ed25519.signer(seed)
const unavailable = { name: 'Fault', code: 'service_unavailable', retryAfter: 1 }

function checkOf(text: string, isGood = true) {
  const message = Buffer.from(text)
  return { publicKey, message, signature: sign(isGood ? message : Buffer.from(`not ${text}`)) }
}

/** A real thread that runs this text instead of ours. */
function threadOf(source: string): Worker {
  return new Worker(`const { parentPort } = require('node:worker_threads')\n${source}`, {
    eval: true,
  })
}

const silent = `parentPort.on('message', () => {})`
const crashing = `parentPort.on('message', () => { throw new Error('crashed') })`

test('each signature gets its own verdict, whatever it shares a batch with', async () => {
  await using queue = new VerifyQueue()
  const wanted = Array.from({ length: 300 }, (_, position) => position % 3 !== 0)
  const verdicts = await Promise.all(
    wanted.map(async (isGood, position) => queue.verify(checkOf(`text ${position}`, isGood))),
  )
  assert.deepEqual(verdicts, wanted)
})

test('what arrives while a batch is out forms the next, at most 64 together', async () => {
  const sizes: number[] = []
  const startWorker = () =>
    startVerifyWorker().on('message', (verdicts: Uint8Array) => sizes.push(verdicts.length))
  await using queue = new VerifyQueue({ startWorker })
  const check = checkOf('a text')
  await Promise.all(Array.from({ length: 100 }, async () => queue.verify(check)))
  assert.deepEqual(sizes, [1, 64, 35])
})

test('what cannot be a key or a signature is refused at once', async () => {
  await using queue = new VerifyQueue({ startWorker: () => threadOf(silent) })
  const good = checkOf('a text')
  assert.equal(await queue.verify({ ...good, signature: new Uint8Array(63) }), false)
  assert.equal(await queue.verify({ ...good, publicKey: new Uint8Array(33) }), false)
})

test('with 1,024 signatures waiting one more is 503', async () => {
  await using queue = new VerifyQueue({ startWorker: () => threadOf(silent) })
  const check = checkOf('a text')
  const waiting = Array.from({ length: 1025 }, async () => queue.verify(check))
  const outcomes = Promise.allSettled(waiting)
  await assert.rejects(queue.verify(check), unavailable)
  await queue[Symbol.asyncDispose]()
  for (const outcome of await outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof Fault)
  }
  await assert.rejects(queue.verify(check), unavailable)
})

test('a thread that dies denies what it held and is replaced for the rest', async () => {
  let now = 0
  const threads = [() => threadOf(crashing), startVerifyWorker]
  let started = 0
  const startWorker = () => (threads[started++] ?? startVerifyWorker)()
  await using queue = new VerifyQueue({ now: () => now, startWorker })
  now = 1000
  const [lost, next] = await Promise.allSettled([
    queue.verify(checkOf('lost')),
    queue.verify(checkOf('next')),
  ])
  assert.ok(lost.status === 'rejected' && lost.reason instanceof Fault)
  assert.equal(lost.reason.code, 'service_unavailable')
  assert.deepEqual(next, { status: 'fulfilled', value: true })
  assert.equal(started, 2)
})

test('a thread that keeps dying is replaced once a second, and denies meanwhile', async () => {
  let now = 0
  let started = 0
  const startWorker = () => {
    started += 1
    return threadOf(crashing)
  }
  await using queue = new VerifyQueue({ now: () => now, startWorker })
  for (let attempt = 0; attempt < 5; attempt++) {
    await assert.rejects(queue.verify(checkOf('a text')), unavailable)
  }
  assert.equal(started, 1)
  now = 999
  await assert.rejects(queue.verify(checkOf('a text')), unavailable)
  assert.equal(started, 1)
  now = 1000
  await assert.rejects(queue.verify(checkOf('a text')), unavailable)
  assert.equal(started, 2)
})

test('a thread that ends by itself or answers nonsense denies', async () => {
  const sources = [
    `parentPort.on('message', () => process.exit(0))`,
    `parentPort.on('message', () => parentPort.postMessage(true))`,
    `parentPort.on('message', () => parentPort.postMessage(new Uint8Array([1, 1])))`,
    `parentPort.on('message', () => parentPort.postMessage(new Uint8Array(0)))`,
  ]
  for (const source of sources) {
    await using queue = new VerifyQueue({ startWorker: () => threadOf(source) })
    await assert.rejects(queue.verify(checkOf('a text')), unavailable)
  }
})

test('only the verdict 1 is a yes', async () => {
  for (const verdict of [0, 2, 255]) {
    const source = `parentPort.on('message', () => parentPort.postMessage(new Uint8Array([${verdict}])))`
    await using queue = new VerifyQueue({ startWorker: () => threadOf(source) })
    assert.equal(await queue.verify(checkOf('a text')), false)
  }
})

test('where no thread can be started the answer is 503', async () => {
  let now = 0
  let isFirst = true
  const startWorker = () => {
    if (!isFirst) throw new Error('no more threads')
    isFirst = false
    return threadOf(crashing)
  }
  await using queue = new VerifyQueue({ now: () => now, startWorker })
  await assert.rejects(queue.verify(checkOf('a text')), unavailable)
  now = 1000
  await assert.rejects(queue.verify(checkOf('a text')), unavailable)
})
