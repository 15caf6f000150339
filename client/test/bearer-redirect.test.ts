import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OriginDeniedError, TransportError } from '@agentwrit/client'
import { serve } from './local-server.ts'
import type { Reply } from './local-server.ts'
import { scriptedBroker } from './scripted-broker.ts'

const ok: Reply = { body: 'hello' }

for (const [status, method, expected] of [
  [301, 'GET', 'GET'],
  [301, 'POST', 'GET'],
  [302, 'POST', 'GET'],
  [302, 'PUT', 'PUT'],
  [303, 'PUT', 'GET'],
  [303, 'HEAD', 'HEAD'],
  [307, 'POST', 'POST'],
  [308, 'DELETE', 'DELETE'],
] as const) {
  test(`within the origin a ${status} of ${method} is followed by ${expected}, with the token`, async () => {
    await using server = await serve(({ path }) =>
      path === '/from' ? { status, headers: { location: 'to' } } : ok,
    )
    await using broker = await scriptedBroker()
    const agent = await broker.agent({ allowedOrigins: [server.url] })
    const withBody = method === 'POST' || method === 'PUT' ? { body: 'work' } : {}
    const headers = { 'content-language': 'en', 'x-mine': '1' }
    const answer = await agent.fetch(`${server.url}/from`, { method, headers, ...withBody })
    assert.equal(answer.status, 200)
    const [, sent] = server.received
    assert.deepEqual([sent?.method, sent?.path], [expected, '/to'])
    assert.equal(sent?.headers.authorization, 'Bearer agent-token-1')
    assert.equal(sent.headers['x-mine'], '1')
    const keepsBody = expected === method
    assert.equal(sent.body, keepsBody && withBody.body !== undefined ? 'work' : '')
    assert.equal(sent.headers['content-language'], keepsBody ? 'en' : undefined)
  })
}

test('a redirect to another origin is not followed, not even to one that is allowed', async () => {
  await using stranger = await serve(() => ok)
  await using friend = await serve(() => ok)
  for (const status of [301, 302, 303, 307, 308]) {
    for (const location of [
      `${stranger.url}/`,
      `${friend.url}/`,
      stranger.url.replace('http:', ''),
      'file:///etc/passwd',
      'data:text/plain,x',
      'http://[',
    ]) {
      await using server = await serve(() => ({ status, headers: { location } }))
      await using broker = await scriptedBroker()
      const agent = await broker.agent({ allowedOrigins: [server.url, friend.url] })
      const denied = agent.fetch(server.url)
      await assert.rejects(
        denied,
        (error) => error instanceof OriginDeniedError || error instanceof TransportError,
      )
      assert.equal(server.received.length, 1)
    }
  }
  assert.deepEqual([...stranger.received, ...friend.received], [])
})

test('a redirect with a user in it is not followed', async () => {
  await using server = await serve(({ headers }) => ({
    status: 302,
    headers: { location: `http://user:password@${headers.host ?? ''}/` },
  }))
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: [server.url] })
  await assert.rejects(agent.fetch(server.url), OriginDeniedError)
  assert.equal(server.received.length, 1)
})

test('redirects come to an end after five', async () => {
  await using server = await serve(() => ({ status: 302, headers: { location: '/again' } }))
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: [server.url] })
  await assert.rejects(agent.fetch(server.url), TransportError)
  assert.equal(server.received.length, 6)
})

test('an answer from elsewhere, to which a fetch of the caller went by itself, is none', async () => {
  await using stranger = await serve(() => ({ body: 'stranger' }))
  await using server = await serve(() => ({ status: 302, headers: { location: stranger.url } }))
  await using broker = await scriptedBroker()
  const agent = await broker.agent({
    allowedOrigins: [server.url],
    fetch: (input, init) => fetch(input, { ...init, redirect: 'follow' }),
  })
  await assert.rejects(agent.fetch(server.url), TransportError)
})

test('whoever asks for it gets the redirect itself, or an error', async () => {
  await using server = await serve(() => ({ status: 302, headers: { location: '/again' } }))
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: [server.url] })
  assert.equal((await agent.fetch(server.url, { redirect: 'manual' })).status, 302)
  await assert.rejects(agent.fetch(server.url, { redirect: 'error' }), TransportError)
  assert.equal(server.received.length, 2)
})
