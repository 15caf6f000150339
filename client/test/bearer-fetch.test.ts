import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { App, OriginDeniedError, TransportError } from '@agentwrit/client'
import { problem, serve } from './local-server.ts'
import type { LocalServer, Reply } from './local-server.ts'
import { agentId, renewalPath, scriptedBroker } from './scripted-broker.ts'

const ok: Reply = { body: 'hello' }
const thrower: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const header = request.headers.get('authorization')
  throw Object.assign(new TypeError(`cannot send ${header}`, { cause: { headers: [header] } }), {
    request,
    config: { headers: { authorization: header } },
  })
}

const authorizations = ({ received }: LocalServer) =>
  received.map(({ headers }) => headers.authorization)

test('the token goes to an origin that was named', async () => {
  await using server = await serve(() => ok)
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: [server.url] })
  const answer = await agent.fetch(`${server.url}/a?b=c`, {
    method: 'POST',
    headers: { 'x-mine': '1' },
    body: 'work',
  })
  assert.equal(await answer.text(), 'hello')
  const [sent] = server.received
  assert.deepEqual([sent?.method, sent?.path, sent?.body], ['POST', '/a?b=c', 'work'])
  assert.equal(sent?.headers.authorization, 'Bearer agent-token-1')
  assert.equal(sent.headers['x-mine'], '1')
})

test('without origins the token goes nowhere', async () => {
  await using server = await serve(() => ok)
  await using broker = await scriptedBroker()
  const agent = await broker.agent()
  await assert.rejects(agent.fetch(server.url), OriginDeniedError)
  assert.equal(server.received.length, 0)
})

test('an origin that is added to the list afterwards gets nothing', async () => {
  await using server = await serve(() => ok)
  await using broker = await scriptedBroker()
  const allowedOrigins: string[] = []
  const app = await broker.signIn({ allowedOrigins })
  allowedOrigins.push(server.url)
  const agent = await app.createAgent({ orchId: 'o', taskId: 't', scope: ['read:data:*'] })
  await assert.rejects(agent.fetch(server.url), OriginDeniedError)
})

test('the origins of an app are those of its agents, unless an agent has its own', async () => {
  await using server = await serve(() => ok)
  await using broker = await scriptedBroker()
  const app = await broker.signIn({ allowedOrigins: [server.url] })
  const task = { orchId: 'o', taskId: 't', scope: ['read:data:*'] }
  const heir = await app.createAgent(task)
  assert.equal((await heir.fetch(server.url)).status, 200)
  const own = await app.createAgent({ ...task, allowedOrigins: ['https://elsewhere.test'] })
  await assert.rejects(own.fetch(server.url), OriginDeniedError)
})

test('what is no origin, or is not encrypted beyond this machine, is refused before anything is asked', async () => {
  await using broker = await scriptedBroker()
  for (const origin of [
    '*',
    'records.internal',
    'https://records.internal/path',
    'https://records.internal?a',
    'https://user@records.internal',
    'https://*.internal/x',
    'file:///etc',
    'blob:https://records.internal/1',
    'http://records.internal',
    'http://localhost.evil.test',
    'http://127.0.0.1.evil.test',
    'http://0.0.0.0',
  ]) {
    await assert.rejects(broker.signIn({ allowedOrigins: [origin] }), TypeError, origin)
  }
  const lone = 'https://records.internal' as unknown as string[]
  await assert.rejects(broker.signIn({ allowedOrigins: lone }), TypeError)
  assert.equal(broker.received.length, 0)
  await broker.signIn({
    allowedOrigins: [
      'http://localhost:1',
      'http://127.0.0.2',
      'http://[::1]:8080',
      'https://a.test/',
    ],
  })
  await broker.signIn({ allowedOrigins: ['http://records.internal'], dangerouslyAllowHttp: true })
})

test('a URL that only looks like an allowed one gets no token', async () => {
  const calls: string[] = []
  const spy: typeof fetch = async (input) => {
    calls.push(new Request(input).url)
    return new Response('')
  }
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: ['https://records.internal'], fetch: spy })
  for (const url of [
    'http://records.internal/',
    'https://records.internal:8443/',
    'https://records.internal./',
    'https://records.internal.evil.test/',
    'https://records.internal@evil.test/',
    'https://user:password@records.internal/',
    'https://evil.test/https://records.internal/',
    'https://evil.test\\@records.internal/',
    'https://evil.test#@records.internal',
    'https://evil.test?.records.internal',
    'https://rec\u043erds.internal/',
    'https://records\u3002internal.evil.test/',
    'https://records.internal%2eevil.test/',
    '//records.internal/',
    '/path',
    'records.internal',
    'data:text/plain,hello',
    'file:///etc/passwd',
    'blob:https://records.internal/5e1f',
    'javascript:alert(1)',
    'wss://records.internal/',
    'filesystem:https://records.internal/temporary/1',
    '',
  ]) {
    await assert.rejects(agent.fetch(url), OriginDeniedError, url)
  }
  assert.deepEqual(calls, [])
  // These are the same origin, written otherwise.
  for (const url of [
    'https://records.internal:443/1',
    'HTTPS://RECORDS.internal/2',
    'https:\\\\records.internal\\3',
    'https://records\u3002internal/4',
    '\t https://records.internal/\n5',
    'https:records.internal/6',
  ]) {
    await agent.fetch(url)
  }
  assert.deepEqual(
    calls,
    [1, 2, 3, 4, 5, 6].map((path) => `https://records.internal/${path}`),
  )
})

test('a header Authorization of the caller is refused, wherever it stands', async () => {
  await using server = await serve(() => ok)
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: [server.url] })
  const headers = { AUTHORIZATION: 'Basic mine' }
  await assert.rejects(agent.fetch(server.url, { headers }), TypeError)
  await assert.rejects(agent.fetch(new Request(server.url, { headers })), TypeError)
  assert.equal(server.received.length, 0)
})

test('a Request is sent as it is: method, headers, body, signal', async () => {
  await using server = await serve(() => ok)
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: [server.url] })
  const controller = new AbortController()
  const request = new Request(`${server.url}/path`, {
    method: 'PUT',
    body: 'the body',
    headers: { 'x-mine': '1' },
    signal: controller.signal,
  })
  assert.equal((await agent.fetch(request)).status, 200)
  const [sent] = server.received
  assert.deepEqual([sent?.method, sent?.path, sent?.body], ['PUT', '/path', 'the body'])
  assert.equal(sent?.headers['x-mine'], '1')
  const reason = new Error('enough')
  controller.abort(reason)
  const late = new Request(server.url, { signal: controller.signal })
  await assert.rejects(agent.fetch(late), (error) => error === reason)
  assert.equal(server.received.length, 1)
})

test('a 401 for a token that was renewed meanwhile is asked again, once, with the new one', async () => {
  await using broker = await scriptedBroker()
  const meanwhile: (() => Promise<void>)[] = []
  const dead = new Set(['Bearer agent-token-1'])
  await using server = await serve(({ headers }) =>
    dead.has(headers.authorization ?? '') ? problem(401, 'unauthorized') : ok,
  )
  const slow: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init)
    await meanwhile.pop()?.()
    return answer
  }
  const agent = await broker.agent({ allowedOrigins: [server.url], fetch: slow })
  meanwhile.push(() => agent.renew())
  const answer = await agent.fetch(server.url, { method: 'POST', body: 'work' })
  assert.equal(await answer.text(), 'hello')
  assert.deepEqual(authorizations(server), ['Bearer agent-token-1', 'Bearer agent-token-2'])
  assert.deepEqual(
    server.received.map(({ body }) => body),
    ['work', 'work'],
  )
  dead.add('Bearer agent-token-2')
  assert.equal((await agent.fetch(server.url)).status, 401)
  assert.equal(server.received.length, 3)
})

test('a body that was a stream is sent once, unbuffered, and not again', async () => {
  await using broker = await scriptedBroker()
  await using server = await serve(({ path }) =>
    path === '/moved'
      ? { status: 307, headers: { location: '/here' } }
      : problem(401, 'unauthorized'),
  )
  const meanwhile: (() => Promise<void>)[] = []
  const slow: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init)
    await meanwhile.pop()?.()
    return answer
  }
  const agent = await broker.agent({ allowedOrigins: [server.url], fetch: slow })
  meanwhile.push(() => agent.renew())
  const streamed = (path: string) => {
    const pieces = ['a', 'b', 'c'].map((piece) => new TextEncoder().encode(piece))
    const body = ReadableStream.from(pieces) as ReadableStream<Uint8Array>
    return new Request(server.url + path, { method: 'POST', body, duplex: 'half' })
  }
  assert.equal((await agent.fetch(streamed('/'))).status, 401)
  assert.equal(server.received[0]?.body, 'abc')
  assert.equal(server.received.length, 1)
  await assert.rejects(agent.fetch(streamed('/moved')), TransportError)
  assert.equal(server.received.length, 2)
})

test('the token is renewed when that is due, before it is sent', async () => {
  await using server = await serve(() => ok)
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: [server.url] })
  broker.surroundings.advance(290_000)
  await agent.fetch(server.url)
  assert.deepEqual(authorizations(server), ['Bearer agent-token-2'])
  assert.equal(broker.calls(renewalPath).length, 1)
})

test('a fetch that is cancelled rejects with the reason of its caller', async () => {
  await using server = await serve(() => undefined)
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: [server.url] })
  const controller = new AbortController()
  const reason = new Error('enough')
  const call = agent.fetch(server.url, { signal: controller.signal })
  setImmediate(() => controller.abort(reason))
  await assert.rejects(call, (error) => error === reason)
})

test('no error of it shows the token, whatever the fetch throws', async () => {
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: ['https://records.internal'], fetch: thrower })
  const error: unknown = await agent
    .fetch('https://records.internal/1?key=mine')
    .catch((thrown: unknown) => thrown)
  assert.ok(error instanceof TransportError)
  const shown = inspect(error, { depth: Infinity, showHidden: true })
  assert.equal(shown.includes('agent-token-1'), false)
  assert.equal(shown.includes('key=mine'), false)
  assert.deepEqual(error.request, { method: 'GET', url: 'https://records.internal/1' })
})

test('an agent that took over a delegated token has the origins that it was given', async () => {
  await using server = await serve(() => ok)
  const now = Date.UTC(2026, 0, 2) / 1000
  await using broker = await scriptedBroker(300, ({ path }) => {
    if (path !== '/v1/token/validate') return undefined
    const scope = ['read:data:1']
    const claims = { sub: agentId, orch_id: 'o', task_id: 't', scope, iat: now, exp: now + 60 }
    return { body: { valid: true, claims } }
  })
  const agent = await broker.agent({ allowedOrigins: [server.url] })
  const delegated = await agent.accept('delegated-token')
  await delegated.fetch(server.url)
  assert.deepEqual(authorizations(server), ['Bearer delegated-token'])
  await assert.rejects(App.signIn({ allowedOrigins: ['x'] }), TypeError)
})
