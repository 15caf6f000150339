// Requests that two readers could understand differently, and those a broker has no use for.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listeningApp } from './app-for-test.ts'
import { assertProblem } from './assert-answer.ts'
import { head, onlyAnswer, rawClient } from './raw-client.ts'

const limit = { timeout: 10_000 }

test('two Host headers get 400, equal ones too', async () => {
  await using served = await listeningApp()
  for (const host of ['broker.test', 'other.test']) {
    using client = await rawClient(served.app)
    client.send(head('GET /livez', `Host: ${host}`))
    assertProblem(await client.answer(), 400, 'invalid_request')
  }
})

test('two Authorization headers get 401, whichever of them is good', async () => {
  await using served = await listeningApp()
  const agent = await served.broker.agent()
  const good = `Authorization: Bearer ${await agent.token()}`
  const bad = 'Authorization: Bearer x'
  for (const headers of [
    [good, bad],
    [bad, good],
    [good, good],
  ]) {
    using client = await rawClient(served.app)
    client.send(head('POST /v1/token/release', ...headers))
    assertProblem(await client.answer(), 401, 'unauthorized')
  }
  using client = await rawClient(served.app)
  client.send(head('POST /v1/token/release', good))
  assert.equal((await client.answer()).status, 204)
})

test('a transfer coding beside chunked gets 400', async () => {
  await using served = await listeningApp()
  const body = 'd\r\n{"token":"x"}\r\n0\r\n\r\n'
  for (const coding of ['gzip, chunked', 'identity, chunked', 'gzip', 'chunked, chunked']) {
    using client = await rawClient(served.app)
    client.send(head('POST /v1/token/validate', `Transfer-Encoding: ${coding}`) + body)
    assertProblem(await onlyAnswer(client), 400, 'invalid_request')
  }
  using client = await rawClient(served.app)
  client.send(head('POST /v1/token/validate', 'Transfer-Encoding: Chunked') + body)
  assert.equal((await client.answer()).status, 200)
})

test('a request that was answered before its body came is not answered again', limit, async () => {
  await using served = await listeningApp({ timeouts: { header: 100, request: 200 } })
  for (const [line, status] of [
    ['POST /v1/token/renew', 401],
    ['GET /livez', 200],
  ] as const) {
    using client = await rawClient(served.app)
    client.send(head(line, 'Content-Length: 100'))
    assert.equal((await client.answer()).status, status)
    assert.equal(await client.closed(), '')
  }
})

test('a problem names the path, also when the target was a whole URL', async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  for (const [target, instance] of [
    ['http://broker.test/now%20here?x=1', '/now here'],
    ['https://broker.test/v1/health/', '/v1/health/'],
    ['/nowhere?x=1', '/nowhere'],
  ] as const) {
    client.send(head(`GET ${target}`))
    const answer = await client.answer()
    assertProblem(answer, 404, 'not_found')
    assert.equal(JSON.parse(answer.body).instance, instance)
  }
})

test('CONNECT gets 400 and is closed, and a reset after it does no harm', limit, async () => {
  await using served = await listeningApp()
  using client = await rawClient(served.app)
  client.send('CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443\r\n\r\n')
  assertProblem(await onlyAnswer(client), 400, 'invalid_request')
  using rude = await rawClient(served.app)
  rude.send('CONNECT other.test:443 HTTP/1.1\r\nHost: other.test:443\r\n\r\n')
  await rude.answer()
  rude.socket.resetAndDestroy()
  using other = await rawClient(served.app)
  other.send(head('GET /livez'))
  assert.equal((await other.answer()).status, 200)
})
