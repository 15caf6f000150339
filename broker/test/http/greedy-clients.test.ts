// Clients that take more than they give: pipelines without an end, answers nobody reads, requests left behind.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { RawAnswer } from '../../src/http/raw-answer.ts'
import { route } from '../../src/http/route.ts'
import { MAX_PIPELINED } from '../../src/http/server/under-way.ts'
import { listeningApp, type TestApp } from './app-for-test.ts'
import { head, parseAnswers, rawClient } from './raw-client.ts'

const limit = { timeout: 10_000 }

const validate = (...headers: string[]) =>
  `${head('POST /v1/token/validate', 'Content-Length: 13', ...headers)}{"token":"x"}`

test('as many requests as a connection may wait for are answered', limit, async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  client.send(validate().repeat(MAX_PIPELINED - 1) + validate('Connection: close'))
  const answers = parseAnswers(await client.closed())
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array(MAX_PIPELINED).fill(200),
  )
})

test('who pipelines more is cut off, and the rest is not looked at', limit, async () => {
  let calls = 0
  const waiting = route({
    method: 'POST',
    path: '/waiting',
    summary: 'Never answers',
    status: 204,
    errors: [],
    handle: () => {
      calls += 1
      return new Promise<void>(() => undefined)
    },
  })
  await using served = await listeningApp({ routes: [waiting] })
  using client = await rawClient(served.app)
  const socket = serverSide(served)
  let requests = 0
  served.app.server.on('request', () => (requests += 1))
  client.send(head('POST /waiting').repeat(500))
  await closeOf(await socket)
  assert.equal(calls, MAX_PIPELINED)
  assert.equal(requests, MAX_PIPELINED + 1)
  assert.equal(served.broker.logged.length, MAX_PIPELINED)
})

test('what a connection has been answered is no longer held against it', limit, async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  for (let count = 0; count < 2 * MAX_PIPELINED; count += 1) {
    client.send(validate())
    assert.equal((await client.answer()).status, 200)
  }
})

const large = route({
  method: 'GET',
  path: '/large',
  summary: 'More than any buffer between two processes holds',
  status: 200,
  produces: 'text/plain',
  errors: [],
  handle: () => new RawAnswer(Buffer.alloc(64 * 1024 * 1024)),
})

test('who does not take the answer within the time of an answer is cut off', limit, async () => {
  await using served = await listeningApp({ routes: [large], timeouts: { response: 100 } })
  using client = await rawClient(served.app)
  const socket = serverSide(served)
  client.socket.pause()
  client.send(head('GET /large'))
  await closeOf(await socket)
})

test('a client that left before the answer is recorded as that, never as a success', async () => {
  const asked = Promise.withResolvers<void>()
  const signIn = route({
    method: 'POST',
    path: '/v1/admin/auth',
    summary: 'Never answers',
    status: 204,
    errors: [],
    handle: () => {
      asked.resolve()
      return new Promise<void>(() => undefined)
    },
  })
  await using served = await listeningApp({ routes: [signIn] })
  using client = await rawClient(served.app)
  const socket = serverSide(served)
  client.send(head('POST /v1/admin/auth'))
  await asked.promise
  const closed = closeOf(await socket)
  client.socket.resetAndDestroy()
  await closed
  const records = served.broker.logged.map((line) => JSON.parse(line))
  assert.deepEqual(
    records.map(({ status }) => status),
    [499],
  )
  const metrics = await served.metrics.text()
  assert.match(metrics, /^agentwrit_admin_auth_total\{status="failure"\} 1$/m)
  assert.doesNotMatch(metrics, /^agentwrit_admin_auth_total\{status="success"\} [1-9]/m)
})

/** `once` would fail with a reset. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** Call it before the first request: the connection as the server sees it. */
async function serverSide({ app }: TestApp): Promise<Socket> {
  const [request] = await once(app.server, 'request')
  return request.socket
}
