import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { StreamWriter } from '../../src/http/streams/stream-writer.ts'

const limits = { behind: 256 * 1024, silence: 15_000 }
const data = 'x'.repeat(16 * 1024)

test('a client that does not read is cut off when it is too far behind with what happens', async () => {
  await using served = await serve()
  const { response, client } = served
  client.pause()
  const writer = new StreamWriter(response, limits)
  writer.begin({})
  let sent = 0
  let most = 0
  while (!response.destroyed) {
    await writer.send({ event: 'audit', data, isNews: true })
    sent += data.length
    most = Math.max(most, response.writableLength)
    await aTurnOfTheLoop()
    assert.ok(sent < 256 * 1024 * 1024, 'the client was never cut off')
  }
  assert.ok(most <= limits.behind + 2 * data.length, `${most} bytes were kept`)
})

test('what is older waits for the client, however slow, and all of it arrives', async () => {
  await using served = await serve()
  const { response, client } = served
  client.pause()
  const writer = new StreamWriter(response, limits)
  writer.begin({})
  const count = 1000
  let sent = 0
  const sending = (async () => {
    for (; sent < count; sent += 1) await writer.send({ event: 'snapshot', data, isNews: false })
    writer.end()
  })()
  // Until the buffers of both sides are full.
  for (let before = -1; before !== sent;) {
    before = sent
    for (let turn = 0; turn < 50; turn += 1) await aTurnOfTheLoop()
  }
  assert.ok(sent < count)
  assert.equal(response.destroyed, false)
  assert.ok(response.writableLength < limits.behind)
  let received = 0
  client.on('data', (bytes: Buffer) => (received += bytes.length))
  client.resume()
  await sending
  await once(client, 'end')
  assert.ok(received > count * data.length)
})

test('a wait for a client that goes away ends', async () => {
  await using served = await serve()
  const { response, client } = served
  client.pause()
  const writer = new StreamWriter(response, limits)
  writer.begin({})
  const sending = (async () => {
    while (!response.destroyed) await writer.send({ event: 'snapshot', data, isNews: false })
  })()
  for (let turn = 0; turn < 50; turn += 1) await aTurnOfTheLoop()
  client.destroy()
  await sending
})

test('silence is broken by a comment, and only silence', async () => {
  await using served = await serve()
  const { response, client } = served
  let received = ''
  client.on('data', (bytes: Buffer) => (received += bytes.toString()))
  const quiet = new StreamWriter(response, { ...limits, silence: 0 })
  quiet.begin({})
  quiet.breakSilence()
  new StreamWriter(response, limits).breakSilence()
  quiet.end()
  await once(client, 'end')
  assert.equal(received.split('\n:\n').length, 2)
})

interface Served extends AsyncDisposable {
  readonly response: ServerResponse
  readonly client: Socket
}

/** An answer that has not begun, and the connection that waits for it. */
async function serve(): Promise<Served> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const client = connect({ host: '127.0.0.1', port: address.port })
  client.on('error', () => undefined)
  client.write('GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n')
  const { promise, resolve } = Promise.withResolvers<ServerResponse>()
  server.once('request', (_request, answer) => resolve(answer))
  const response = await promise
  return {
    response,
    client,
    async [Symbol.asyncDispose]() {
      client.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
