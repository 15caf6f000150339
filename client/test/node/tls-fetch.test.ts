import assert from 'node:assert/strict'
import { createServer } from 'node:https'
import type { ServerOptions } from 'node:https'
import { test } from 'node:test'
import { Broker, Operator, TransportError } from '@agentwrit/client'
import { tlsFetch } from '@agentwrit/client/node'
import { selfSigned } from '../../../broker/test/http/certificates.ts'
import { portOf } from '../../../broker/test/http/raw-client.ts'
import { adminSecret, testBroker } from '../../../broker/test/test-broker.ts'
import { listen } from '../listen.ts'
import { scriptedBroker } from '../scripted-broker.ts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const server = await selfSigned('broker.test')
const client = await selfSigned('client')
const ca = server.cert
const serverName = 'broker.test'

/** A server that answers with what it was sent, a redirect on /moved, and nothing on /silent. */
async function serveTls(options: ServerOptions = server) {
  const listening = createServer(options, (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    if (url === '/silent') return
    outgoing.appendHeader('set-cookie', ['a=1', 'b=2'])
    if (url === '/moved') outgoing.writeHead(302, { location: '/here' })
    void text(incoming).then((body) =>
      outgoing.end(JSON.stringify({ method, length: headers['content-length'], body })),
    )
  })
  return listen(listening)
}

test('a server with a certificate of our own authority is spoken to, with any body', async () => {
  await using served = await serveTls()
  const fetchTls = tlsFetch({ ca, serverName })
  const method = 'POST'
  const written = await fetchTls(served.url, { method, body: 'work' })
  assert.deepEqual(await written.json(), { method, length: '4', body: 'work' })
  const streamed = await fetchTls(new Request(served.url, { method, body: new Blob(['wo', 'rk']) }))
  assert.deepEqual(await streamed.json(), { method, body: 'work' })
  const head = await fetchTls(served.url, { method: 'HEAD' })
  assert.deepEqual([head.status, await head.text()], [200, ''])
  assert.deepEqual(head.headers.getSetCookie(), ['a=1', 'b=2'])
})

test('a server that cannot be verified is not spoken to', async () => {
  await using served = await serveTls()
  const stranger = await selfSigned('broker.test')
  for (const credentials of [
    { serverName },
    { ca: stranger.cert, serverName },
    { ca, serverName: 'other.test' },
    { ca },
  ]) {
    await assert.rejects(tlsFetch(credentials)(served.url), TypeError)
  }
})

test('credentials that are none are refused at once', () => {
  for (const credentials of [
    { ca: 'no PEM' },
    { cert: 'no PEM' },
    { cert: client.cert, key: server.key },
  ])
    assert.throws(() => tlsFetch(credentials))
})

test('plain http and redirects are not followed', async () => {
  await using served = await serveTls()
  const fetchTls = tlsFetch({ ca, serverName })
  await assert.rejects(fetchTls(served.url.replace('https:', 'http:')), TypeError)
  await assert.rejects(fetchTls(`${served.url}/moved`), TypeError)
  const answer = await fetchTls(`${served.url}/moved`, { redirect: 'manual' })
  assert.deepEqual([answer.status, answer.headers.get('location')], [302, '/here'])
})

test('a request is ended by its signal, with its reason', async () => {
  await using served = await serveTls()
  const controller = new AbortController()
  const reason = new Error('enough')
  const call = tlsFetch({ ca, serverName })(`${served.url}/silent`, { signal: controller.signal })
  setImmediate(() => controller.abort(reason))
  await assert.rejects(call, (error) => error === reason)
})

test('a connection that was never made is known as such', async () => {
  const gone = await serveTls()
  await gone[Symbol.asyncDispose]()
  const broker = new Broker(gone.url, { fetch: tlsFetch({ ca, serverName }), maxRetries: 0 })
  await assert.rejects(
    broker.health(),
    (error) => error instanceof TransportError && error.neverSent,
  )
})

test('with a real broker that wants a certificate, who has it signs in, and nobody else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'agentwrit-tls-'))
  const files = { 'server.pem': server.cert, 'server.key': server.key, 'client.pem': client.cert }
  for (const [name, content] of Object.entries(files))
    await writeFile(join(folder, name), content, { mode: 0o600 })
  await using broker = await testBroker({
    environment: {
      AA_PORT: '0',
      AA_TLS_MODE: 'mtls',
      AA_TLS_CERT: join(folder, 'server.pem'),
      AA_TLS_KEY: join(folder, 'server.key'),
      AA_TLS_CLIENT_CA: join(folder, 'client.pem'),
    },
  })
  await broker.broker.listen()
  await rm(folder, { recursive: true })
  const url = `https://127.0.0.1:${portOf(broker.broker.app)}`
  const surroundings = { now: () => broker.now() }
  const known = new Broker(url, { surroundings, fetch: tlsFetch({ ca, serverName, ...client }) })
  const operator = await Operator.signIn({ broker: known, secret: adminSecret })
  assert.equal((await known.validate(await operator.token())).valid, true)
  const unknown = new Broker(url, { fetch: tlsFetch({ ca, serverName }), maxRetries: 0 })
  await assert.rejects(unknown.health(), TransportError)
})

test('a header Host, by which Node would choose whose certificate to believe, sends the token nowhere', async () => {
  await using served = await serveTls()
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ fetch: tlsFetch({ ca }), allowedOrigins: [served.url] })
  await assert.rejects(agent.fetch(served.url), TransportError)
  const headers = { host: serverName }
  await assert.rejects(agent.fetch(served.url, { headers }), TypeError)
  await assert.rejects(agent.fetch(new Request(served.url, { headers })), TypeError)
})
