import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { FaultProxy } from '../src/fault-proxy/fault-proxy.ts'
import { echo, proxiedWorld, rawSocket } from './proxied-world.ts'

const post = { method: 'POST', body: 'hello' }
const rawGet = (path: string) => `GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`

test('without a fault every request and every answer is passed on', async () => {
  await using at = await proxiedWorld()
  assert.equal(await (await at.ask('/one?x=1', post)).text(), 'POST /one?x=1 hello')
  assert.equal(await (await at.ask('/two')).text(), 'GET /two ')
  const { requests, answers, cut } = at.proxy.counts
  assert.deepEqual({ requests, answers, cut }, { requests: 2, answers: 2, cut: 0 })
})

test('a connection to the proxy is one to the server', async () => {
  await using at = await proxiedWorld()
  for (const connection of [1, 2]) {
    using client = rawSocket(at.proxy)
    client.socket.write(rawGet('/a'))
    await client.until('GET /a')
    client.socket.write(rawGet('/b'))
    await client.until('GET /b')
    assert.deepEqual(
      at.received.slice(-2).map((request) => request.connection),
      [connection, connection],
    )
    assert.equal(at.proxy.counts.connections, connection)
  }
})

test('bytes arrive as they were sent, those of pipelined requests too', async () => {
  await using at = await proxiedWorld((request, response) => {
    response.writeHead(200, { 'X-Odd-CASE': '1', 'content-length': request.line.length })
    response.end(request.line)
  })
  using client = rawSocket(at.proxy)
  client.socket.write(`HEAD /0 HTTP/1.1\r\nHost: here\r\n\r\n${rawGet('/a')}${rawGet('/b')}`)
  await client.until('GET /b')
  assert.match(client.received(), /X-Odd-CASE: 1\r\n[\s\S]*GET \/aHTTP\/1\.1 200 OK/)
  assert.equal(at.proxy.counts.answers, 3)
})

test('what is no HTTP is passed on as it is', async () => {
  await using at = await proxiedWorld()
  using client = rawSocket(at.proxy)
  client.socket.write('what is this\r\n\r\n')
  assert.match((await client.ended).received, /^HTTP\/1\.1 400 /)
})

test('a stream is passed on event by event while it lasts', async () => {
  let stream: ServerResponse | undefined
  await using at = await proxiedWorld((_request, response) => {
    stream = response.writeHead(200, { 'content-type': 'text/event-stream' })
    stream.write('data: 1\n\n')
  })
  const response = await at.ask('/stream')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  assert.deepEqual(await reader?.read(), { done: false, value: 'data: 1\n\n' })
  stream?.write('data: 2\n\n')
  assert.deepEqual(await reader?.read(), { done: false, value: 'data: 2\n\n' })
  assert.equal(at.proxy.counts.answers, 0)
  stream?.end()
  assert.equal((await reader?.read())?.done, true)
})

test('a client that leaves a stream leaves it at the server too', async () => {
  const left = Promise.withResolvers<void>()
  await using at = await proxiedWorld((_request, response) => {
    response.on('close', () => left.resolve())
    response.write('data: 1\n\n')
  })
  using client = rawSocket(at.proxy)
  client.socket.write(rawGet('/stream'))
  await client.until('data: 1')
  client.socket.destroy()
  await left.promise
})

test('a request that is cut off before it is passed on never arrives', async () => {
  await using at = await proxiedWorld()
  using fault = at.proxy.fail({ path: '/lost', at: 'request', action: 'cut' })
  await assert.rejects(at.ask('/lost', post))
  assert.equal(await (await at.ask('/kept', post)).text(), 'POST /kept hello')
  assert.deepEqual(
    at.received.map(({ line }) => line),
    ['POST /kept'],
  )
  assert.equal(fault.strikes, 1)
})

test('an answer that is lost was given', async () => {
  await using at = await proxiedWorld()
  at.proxy.fail({ at: 'answer', action: 'cut', times: 1 })
  using client = rawSocket(at.proxy)
  client.socket.write(rawGet('/a'))
  assert.deepEqual(await client.ended, { received: '', code: undefined })
  assert.equal(at.received.length, 1)
})

test('a connection that is reset is seen to be', async () => {
  await using at = await proxiedWorld()
  at.proxy.fail({ at: 'answer', action: 'reset' })
  using client = rawSocket(at.proxy)
  client.socket.write(rawGet('/a'))
  assert.equal((await client.ended).code, 'ECONNRESET')
  assert.equal(at.proxy.counts.reset, 1)
})

test('an answer is cut at the wanted byte of its body, and so is one in chunks', async () => {
  await using at = await proxiedWorld(({ line }, response) => {
    if (line === 'GET /chunks') response.write('0123')
    response.end('456789')
  })
  for (const [path, after, end] of [
    ['/whole', 3, '456'],
    ['/whole', 0, ''],
    ['/chunks', 5, '4\r\n01'],
  ] as const) {
    const fault = at.proxy.fail({ path, at: 'body', after, action: 'cut' })
    using client = rawSocket(at.proxy)
    client.socket.write(rawGet(path))
    const { received } = await client.ended
    assert.equal(received.slice(received.indexOf('\r\n\r\n') + 4), end)
    fault.end()
  }
  assert.equal(at.proxy.counts.cut, 3)
})

test('what is swallowed leaves the connection open and unanswered', async () => {
  await using at = await proxiedWorld()
  for (const moment of ['request', 'answer'] as const) {
    using fault = at.proxy.fail({ at: moment, action: 'swallow' })
    using client = rawSocket(at.proxy)
    client.socket.write(rawGet('/a'))
    await fault.struck()
    assert.equal(await (fault.end(), (await at.ask('/b')).text()), 'GET /b ')
    assert.equal(client.isOpen(), true)
    assert.equal(client.received(), '')
  }
  assert.deepEqual(
    at.received.map(({ line }) => line),
    ['GET /b', 'GET /a', 'GET /b'],
  )
})

test('a request that is held arrives when it is let go, even if its client has given up', async () => {
  await using at = await proxiedWorld()
  const fault = at.proxy.fail({ path: '/held', at: 'request', action: 'hold' })
  const waiting = at.ask('/held', post)
  await fault.struck()
  assert.equal(at.received.length, 0)
  fault.release()
  assert.equal(await (await waiting).text(), 'POST /held hello')

  const impatient = new AbortController()
  const given = at.ask('/held', { ...post, signal: impatient.signal })
  await fault.struck(2)
  impatient.abort()
  await assert.rejects(given)
  fault.release()
  await at.arrived(2)
})

test('an answer is held until it is let go', async () => {
  await using at = await proxiedWorld()
  const fault = at.proxy.fail({ at: 'answer', action: 'hold' })
  const waiting = at.ask('/a')
  await fault.struck()
  assert.equal(at.received.length, 1)
  assert.equal(at.proxy.counts.answers, 0)
  fault.end()
  assert.equal(await (await waiting).text(), 'GET /a ')
})

test('what is delayed comes all the same', async () => {
  await using at = await proxiedWorld()
  using fault = at.proxy.fail({ at: 'request', action: 'delay', milliseconds: 1 })
  assert.equal(await (await at.ask('/a', post)).text(), 'POST /a hello')
  assert.equal(fault.strikes, 1)
  assert.equal(at.proxy.counts.delay, 1)
})

test('a duplicated request arrives twice, and the client gets the second answer', async () => {
  let answers = 0
  await using at = await proxiedWorld((_request, response) =>
    response.end(`answer ${(answers += 1)}`),
  )
  at.proxy.fail({ method: 'POST', at: 'request', action: 'duplicate' })
  assert.equal(await (await at.ask('/a', post)).text(), 'answer 2')
  assert.deepEqual(
    at.received.map(({ body }) => body),
    ['hello', 'hello'],
  )
  assert.equal(await (await at.ask('/a')).text(), 'answer 3')
})

test('the n-th of what matches is struck, and only so many', async () => {
  await using at = await proxiedWorld()
  const { proxy } = at
  proxy.fail({ method: 'GET', path: /^\/n/, nth: 2, at: 'request', action: 'cut' })
  const twice = proxy.fail({ path: '/t', times: 2, at: 'request', action: 'cut' })
  const fates: string[] = []
  for (const path of ['/n1', '/other', '/n2', '/n3', '/t', '/t', '/t']) {
    fates.push(
      await at.ask(path).then(
        () => 'answered',
        () => path,
      ),
    )
  }
  assert.deepEqual(fates, ['answered', 'answered', '/n2', 'answered', '/t', '/t', 'answered'])
  assert.deepEqual([twice.matches, twice.strikes], [3, 2])
})

test('chance chooses as it is told', async () => {
  const drawn = [0.09, 0.1, 0.5, 0]
  await using at = await proxiedWorld(echo, { chance: () => drawn.shift() ?? 1 })
  using fault = at.proxy.fail({ probability: 0.1, at: 'answer', action: 'cut' })
  const fates: boolean[] = []
  for (let time = 0; time < 4; time += 1) {
    fates.push(
      await at.ask('/a').then(
        () => true,
        () => false,
      ),
    )
  }
  assert.deepEqual(fates, [false, true, true, false])
  assert.equal(fault.strikes, 2)
})

test('while the proxy holds nothing passes, and afterwards everything has', async () => {
  const streams: ServerResponse[] = []
  await using at = await proxiedWorld((_request, response) => {
    streams.push(response)
    response.write('first ')
  })
  using client = rawSocket(at.proxy)
  client.socket.write(rawGet('/stream'))
  await client.until('first')
  await at.proxy.hold()
  streams[0]?.write('second')
  const asked = at.ask('/b')
  using late = rawSocket(at.proxy)
  await once(late.socket, 'connect')
  assert.equal(at.received.length, 1)
  assert.doesNotMatch(client.received(), /second/)
  await at.proxy.resume()
  await client.until('second')
  await asked
  assert.equal(at.received.length, 2)
})

test('refused connections are refused, and the address stays', async () => {
  await using at = await proxiedWorld()
  const { url } = at.proxy
  await at.ask('/a')
  await at.proxy.refuse()
  using client = rawSocket(at.proxy)
  assert.equal((await client.ended).code, 'ECONNREFUSED')
  await at.proxy.resume()
  assert.equal(await (await at.ask('/b')).text(), 'GET /b ')
  assert.equal(at.proxy.url, url)
})

test('a black hole accepts everything and answers nothing; its connections end when it closes', async () => {
  await using at = await proxiedWorld()
  await at.proxy.blackHole()
  using client = rawSocket(at.proxy)
  await new Promise<void>((sent) => client.socket.write(rawGet('/a'), () => sent()))
  const bystander = rawSocket(at.proxy)
  await once(bystander.socket, 'connect')
  bystander.socket.end('x')
  assert.equal(client.isOpen(), true)
  await at.proxy.resume()
  assert.equal(await (await at.ask('/b')).text(), 'GET /b ')
  assert.deepEqual(
    at.received.map(({ line }) => line),
    ['GET /b'],
  )
  bystander.socket.destroy()
})

test('a target that is gone is a connection that breaks', async () => {
  await using at = await proxiedWorld()
  await at.stopServer()
  using client = rawSocket(at.proxy)
  client.socket.write(rawGet('/a'))
  assert.equal((await client.ended).received, '')
})

test('only a target of http is taken', async () => {
  await assert.rejects(FaultProxy.start({ target: 'https://127.0.0.1:1' }), TypeError)
})
