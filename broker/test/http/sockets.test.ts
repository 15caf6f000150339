// What `app.inject` cannot show: parser errors, timeouts, limits and the life of a connection.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { MAX_BODY } from '../../src/http/body/body-limit.ts'
import { stopListening } from '../../src/http/server/listen.ts'
import { route } from '../../src/http/route.ts'
import { status } from '../../src/http/schemas/status-schema.ts'
import { listeningApp } from './app-for-test.ts'
import { assertCommonHeaders, assertProblem } from './assert-answer.ts'
import { head, onlyAnswer, parseAnswers, rawClient } from './raw-client.ts'

test('a request whose header block does not come in time gets 408 and is closed', async () => {
  await using served = await listeningApp({ timeouts: { header: 100 } })
  using client = await rawClient(served.app)
  client.send('GET /livez HTTP/1.1\r\nHost: ')
  assertProblem(await onlyAnswer(client), 408, 'request_timeout')
})

test('a request whose body does not come in time gets 408 under its own id and is closed', async () => {
  await using served = await listeningApp({ timeouts: { header: 100, request: 200 } })
  using client = await rawClient(served.app)
  client.send(
    head('POST /v1/token/validate', 'X-Request-ID: slow-one', 'Content-Length: 100') + '{',
  )
  const answer = await onlyAnswer(client)
  assertProblem(answer, 408, 'request_timeout')
  assert.equal(answer.headers['x-request-id'], 'slow-one')
})

test('a header block over 64 KiB gets 431 and is closed', async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  client.send(head('GET /livez', `X-Filler: ${'x'.repeat(66_000)}`))
  assertProblem(await onlyAnswer(client), 431, 'headers_too_large')
  using other = await rawClient(served.app)
  other.send(head('GET /livez', `X-Filler: ${'x'.repeat(60_000)}`, 'Connection: close'))
  assert.equal((await onlyAnswer(other)).status, 200)
})

test('what is no HTTP gets 400 and is closed', async () => {
  await using served = await listeningApp()
  for (const bytes of ['\x16\x03\x01 hello\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']) {
    using client = await rawClient(served.app)
    client.send(bytes)
    assertProblem(await onlyAnswer(client), 400, 'invalid_request')
  }
})

test('headers that could smuggle a second request get 400', async () => {
  await using served = await listeningApp()
  for (const headers of [
    ['Content-Length: 5', 'Transfer-Encoding: chunked'],
    ['Content-Length: 5', 'Content-Length: 6'],
    ['Transfer-Encoding: gzip'],
    ['Bad Name: x'],
  ]) {
    using client = await rawClient(served.app)
    client.send(head('POST /v1/token/validate', ...headers))
    assertProblem(await onlyAnswer(client), 400, 'invalid_request')
  }
})

test('a request without a Host header gets 400 with every header', async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  client.send('GET /livez HTTP/1.1\r\n\r\n')
  assertProblem(await client.answer(), 400, 'invalid_request')
})

test('methods nobody knows are answered like any other', async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  client.send(head('PROPFIND /v1/health'))
  const answer = await client.answer()
  assertProblem(answer, 405, 'method_not_allowed')
  assert.equal(answer.headers['allow'], 'GET, HEAD')
  client.send(head('PURGE /nowhere'))
  assertProblem(await client.answer(), 404, 'not_found')
})

test('a path with bad percent-encoding gets 400, one as a whole URL is served', async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  client.send(head('GET /v1/%E0%A4%A'))
  assertProblem(await client.answer(), 400, 'invalid_request')
  client.send(head('GET http://broker.test/livez'))
  assert.equal((await client.answer()).status, 200)
  client.send(head('PURGE http://broker.test/livez?x=1'))
  assertProblem(await client.answer(), 405, 'method_not_allowed')
})

const padded = (length: number) => {
  const frame = '{"token":"x","filler":""}'
  return `{"token":"x","filler":"${'a'.repeat(length - frame.length)}"}`
}

test('a body of exactly 1 MiB is accepted, declared or chunked', async () => {
  await using served = await listeningApp()
  const body = padded(MAX_BODY)
  using client = await rawClient(served.app)
  client.send(head('POST /v1/token/validate', `Content-Length: ${MAX_BODY}`) + body)
  assert.equal((await client.answer()).status, 200)
  client.send(head('POST /v1/token/validate', 'Transfer-Encoding: chunked') + chunked(body))
  assert.equal((await client.answer()).status, 200)
})

test('one byte more gets 413, and the client that still sends can read it', async () => {
  await using served = await listeningApp()
  const body = padded(MAX_BODY + 1)
  using declared = await rawClient(served.app)
  declared.send(head('POST /v1/token/validate', `Content-Length: ${body.length}`) + body)
  assertProblem(await onlyAnswer(declared), 413, 'payload_too_large')
  using inChunks = await rawClient(served.app)
  inChunks.send(head('POST /v1/token/validate', 'Transfer-Encoding: chunked') + chunked(body))
  assertProblem(await onlyAnswer(inChunks), 413, 'payload_too_large')
})

test('a declared length over the limit is refused before routing and before anything is sent', async () => {
  await using served = await listeningApp()
  for (const line of ['POST /nowhere', 'POST /v1/health', 'POST /v1/%zz', 'GET /livez']) {
    using client = await rawClient(served.app)
    client.send(head(line, `Content-Length: ${MAX_BODY + 1}`, 'Expect: 100-continue'))
    assertProblem(await onlyAnswer(client), 413, 'payload_too_large')
  }
})

const expecting = (what: string) =>
  head('POST /v1/token/validate', 'Content-Length: 13', `Expect: ${what}`)

test('a body that may come is asked for, and an expectation we do not know is ignored', async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  client.send(expecting('100-continue'))
  assert.equal((await client.answer()).status, 100)
  client.send('{"token":"x"}')
  assert.equal((await client.answer()).status, 200)
  client.send(`${expecting('something else')}{"token":"x"}`)
  assert.equal((await client.answer()).status, 200)
})

test('a chunked body of a GET or HEAD is not read, and the connection is closed', async () => {
  await using served = await listeningApp()
  for (const method of ['GET', 'HEAD']) {
    using client = await rawClient(served.app)
    client.send(head(`${method} /livez`, 'Transfer-Encoding: chunked'))
    const received = await client.closed()
    assert.match(received, /^HTTP\/1\.1 200 /)
    assert.match(received, /connection: close/i)
  }
})

test('a refused request does not end a connection whose body was small', async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  for (const [line, body, expected] of [
    ['POST /v1/token/validate', '{"token":', 400],
    ['POST /v1/token/renew', '{"scope":[]}', 401],
    ['POST /nowhere', 'anything', 404],
  ] as const) {
    client.send(head(line, `Content-Length: ${body.length}`) + body)
    const answer = await client.answer()
    assert.equal(answer.status, expected)
    assert.notEqual(answer.headers['connection'], 'close')
  }
})

test('a broken chunk gets 400 under the id of its request', async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  const headers = ['Transfer-Encoding: chunked', 'X-Request-ID: broken-one']
  client.send(`${head('POST /v1/token/validate', ...headers)}zz\r\n`)
  const answer = await onlyAnswer(client)
  assertProblem(answer, 400, 'invalid_request')
  assert.equal(answer.headers['x-request-id'], 'broken-one')
})

const slow = Promise.withResolvers<void>()
const slowRoute = route({
  method: 'GET',
  path: '/slow',
  summary: 'Answers when the test says so',
  status: 200,
  answer: status,
  errors: [],
  handle: async () => {
    await slow.promise
    return { status: 'ok' } as const
  },
})

test('bytes that are no HTTP are never taken for the answer to the request before them', async () => {
  await using served = await listeningApp({ routes: [slowRoute] })
  using client = await rawClient(served.app)
  client.send(`${head('GET /slow')}no http\r\n\r\n`)
  assert.equal(await client.closed(), '')
})

test('pipelined requests are answered in their order', async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  client.send(head('GET /livez', 'X-Request-ID: one') + head('GET /nowhere', 'X-Request-ID: two'))
  const answers = [await client.answer(), await client.answer()]
  assert.deepEqual(
    answers.map(({ headers }) => headers['x-request-id']),
    ['one', 'two'],
  )
})

test('a request that takes too long gets 503, and what it does later is not shown', async () => {
  const never = route({
    method: 'POST',
    path: '/never',
    summary: 'Never answers',
    status: 204,
    errors: [],
    handle: () => new Promise<void>(() => undefined),
  })
  await using served = await listeningApp({ routes: [never], timeouts: { response: 100 } })
  using client = await rawClient(served.app)
  client.send(head('POST /never'))
  const answer = await client.answer()
  assertProblem(answer, 503, 'service_unavailable')
  assert.equal(answer.headers['retry-after'], '1')
  assert.equal(JSON.parse(answer.body).hint, 'outcome unknown')
})

test('closing lets a request under way finish and takes no new connection', async () => {
  const release = Promise.withResolvers<void>()
  const entered = Promise.withResolvers<void>()
  const waiting = route({
    method: 'GET',
    path: '/waiting',
    summary: 'Waits',
    status: 200,
    answer: status,
    errors: [],
    handle: async () => {
      entered.resolve()
      await release.promise
      return { status: 'ok' } as const
    },
  })
  await using served = await listeningApp({ routes: [waiting] })
  using idle = await rawClient(served.app)
  using client = await rawClient(served.app)
  client.send(head('GET /waiting'))
  await entered.promise
  const closing = stopListening(served.app, served.readiness, 60_000)
  assert.equal(await idle.closed(), '')
  await assert.rejects(rawClient(served.app))
  release.resolve()
  const [answer] = parseAnswers(await client.closed())
  assert.equal(answer?.status, 200)
  await closing
})

test('what is not finished after the drain is cut off', async () => {
  await using served = await listeningApp({ routes: [slowRoute] })
  using client = await rawClient(served.app)
  client.send(head('GET /slow'))
  await once(served.app.server, 'request')
  await stopListening(served.app, served.readiness, 50)
  assert.equal(await client.closed(), '')
})

test('every answer of this file that Node would have written itself has our headers', async () => {
  await using served = await listeningApp({ timeouts: { header: 100 } })
  for (const bytes of ['garbage\r\n\r\n', 'GET /livez HTTP/1.1\r\n']) {
    using client = await rawClient(served.app)
    client.send(bytes)
    assertCommonHeaders((await onlyAnswer(client)).headers)
  }
})

function chunked(body: string): string {
  const half = Math.floor(body.length / 2)
  return [body.slice(0, half), body.slice(half), '']
    .map((part) => `${part.length.toString(16)}\r\n${part}\r\n`)
    .join('')
}
