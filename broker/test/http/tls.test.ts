import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect, type ConnectionOptions } from 'node:tls'
import { request } from 'node:https'
import { listeningApp } from './app-for-test.ts'
import { assertCommonHeaders } from './assert-answer.ts'
import { selfSigned } from './certificates.ts'
import { portOf } from './raw-client.ts'

const server = await selfSigned('broker.test')

async function get(port: number, options: ConnectionOptions = {}) {
  const asked = request({
    host: '127.0.0.1',
    port,
    path: '/livez',
    agent: false,
    rejectUnauthorized: false,
    ...options,
  })
  asked.end()
  const [answer] = await once(asked, 'response')
  answer.resume()
  return { status: answer.statusCode, headers: answer.headers }
}

/** The protocol and suite agreed on, or undefined when the server refuses. */
async function handshake(port: number, options: ConnectionOptions) {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  const outcome = await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]).catch(
    () => undefined,
  )
  const agreed = outcome === undefined || socket.destroyed ? undefined : socket.getProtocol()
  socket.destroy()
  return agreed ?? undefined
}

test('over TLS every answer tells browsers to stay there', async () => {
  await using served = await listeningApp({ tls: server })
  const { status, headers } = await get(portOf(served.app))
  assert.equal(status, 200)
  assertCommonHeaders(headers)
  assert.equal(headers['strict-transport-security'], 'max-age=63072000; includeSubDomains')
})

test('only TLS 1.2 and newer with ephemeral keys and authenticated encryption is spoken', async () => {
  await using served = await listeningApp({ tls: server })
  const port = portOf(served.app)
  const only = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3', ciphers?: string) =>
    handshake(port, {
      minVersion: version,
      maxVersion: version,
      ...(ciphers === undefined ? {} : { ciphers }),
    })
  assert.equal(await only('TLSv1.3'), 'TLSv1.3')
  assert.equal(await only('TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'), 'TLSv1.2')
  assert.equal(await only('TLSv1.2', 'ECDHE-ECDSA-AES128-SHA256:@SECLEVEL=0'), undefined)
  assert.equal(await only('TLSv1.2', 'AES128-GCM-SHA256:@SECLEVEL=0'), undefined)
  assert.equal(await only('TLSv1.1', 'DEFAULT:@SECLEVEL=0'), undefined)
})

test('with a client authority, who shows no certificate of it is not let in', async () => {
  const client = await selfSigned('client')
  const stranger = await selfSigned('stranger')
  await using served = await listeningApp({ tls: { ...server, clientCa: client.cert } })
  const port = portOf(served.app)
  assert.equal((await get(port, client)).status, 200)
  await assert.rejects(get(port))
  await assert.rejects(get(port, stranger))
})
