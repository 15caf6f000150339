import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  AgentReleasedError,
  AuthenticationError,
  Broker,
  NotFoundError,
  Operator,
  TransportError,
} from '@agentwrit/client'
import { launchTokenMade, problem, serve, stillSurroundings } from './local-server.ts'
import type { LocalServer, Script } from './local-server.ts'

const secret = 'an-admin-secret-for-tests'

/** Answers as a broker does; `script` may answer first. */
function serveOperators(script: Script = () => undefined, expiresIn = 300): Promise<LocalServer> {
  let signIns = 0
  return serve((request) => {
    const scripted = script(request)
    if (scripted !== undefined) return scripted
    if (request.path !== '/v1/admin/auth') return { status: 204 }
    signIns += 1
    return {
      body: { access_token: `admin-${signIns}`, expires_in: expiresIn, token_type: 'Bearer' },
    }
  })
}

test('an operator signs in with the secret and works with a token', async () => {
  await using server = await serveOperators(({ path }) =>
    path.startsWith('/v1/admin/l') ? launchTokenMade : undefined,
  )
  const operator = await Operator.signIn({ broker: server.url, secret })
  const request = { agent_name: 'reader', allowed_scope: ['read:data:1'], max_ttl: 60 }
  const { launch_token, id } = await operator.createLaunchToken(request)
  assert.equal(launch_token, 'a'.repeat(64))
  assert.equal(id, '0123456789abcdef')
  assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), { secret })
  assert.deepEqual(JSON.parse(server.received[1]?.body ?? ''), request)
  assert.equal(server.received[1]?.headers.authorization, 'Bearer admin-1')
})

test('a wrong secret is an AuthenticationError, and is tried once', async () => {
  await using server = await serveOperators(() => problem(401, 'unauthorized'))
  await assert.rejects(Operator.signIn({ broker: server.url, secret }), AuthenticationError)
  assert.equal(server.received.length, 1)
})

for (const { expiresIn, margin } of [
  { expiresIn: 300, margin: 60 },
  { expiresIn: 10, margin: 5 },
]) {
  test(`a token of ${expiresIn} s is bought anew when ${margin} s are left, once for all who ask`, async () => {
    const surroundings = stillSurroundings()
    await using server = await serveOperators(undefined, expiresIn)
    const broker = new Broker(server.url, { surroundings })
    const operator = await Operator.signIn({ broker, secret })
    surroundings.advance((expiresIn - margin) * 1000 - 1)
    assert.equal(await operator.token(), 'admin-1')
    surroundings.advance(1)
    assert.deepEqual(await Promise.all([operator.token(), operator.token()]), [
      'admin-2',
      'admin-2',
    ])
    assert.equal(server.received.length, 2)
  })
}

test('launch tokens are listed over all pages', async () => {
  const pages = new Map([
    [
      '/v1/admin/launch-tokens?limit=2',
      { launch_tokens: [{ id: 'c' }, { id: 'b' }], next_cursor: 'n/1' },
    ],
    ['/v1/admin/launch-tokens?limit=2&cursor=n%2F1', { launch_tokens: [{ id: 'a' }] }],
  ])
  await using server = await serveOperators(({ path }) => {
    const body = pages.get(path)
    return body === undefined ? undefined : { body }
  })
  const operator = await Operator.signIn({ broker: server.url, secret })
  const ids: string[] = []
  for await (const { id } of operator.listLaunchTokens({ pageSize: 2 })) ids.push(id)
  assert.deepEqual(ids, ['c', 'b', 'a'])
})

test('a page that nobody looks at is not fetched', async () => {
  await using server = await serveOperators(({ path }) =>
    path.includes('launch')
      ? { body: { launch_tokens: [{ id: 'c' }], next_cursor: 'more' } }
      : undefined,
  )
  const operator = await Operator.signIn({ broker: server.url, secret })
  for await (const { id } of operator.listLaunchTokens()) {
    assert.equal(id, 'c')
    break
  }
  assert.equal(server.received.length, 2)
})

test('a launch token is deleted by its id, whatever characters that holds', async () => {
  await using server = await serveOperators()
  const operator = await Operator.signIn({ broker: server.url, secret })
  await operator.deleteLaunchToken('a/../b?c')
  assert.equal(server.received[1]?.method, 'DELETE')
  assert.equal(server.received[1]?.path, '/v1/admin/launch-tokens/a%2F..%2Fb%3Fc')
})

test('deleting an unknown launch token is a NotFoundError', async () => {
  await using server = await serveOperators(({ method }) =>
    method === 'DELETE' ? problem(404, 'not_found') : undefined,
  )
  const operator = await Operator.signIn({ broker: server.url, secret })
  await assert.rejects(operator.deleteLaunchToken('0123456789abcdef'), NotFoundError)
})

test('signing out releases the token and forgets the secret', async () => {
  await using server = await serveOperators()
  const operator = await Operator.signIn({ broker: server.url, secret })
  await operator.signOut()
  await operator.signOut()
  assert.deepEqual(
    server.received.map(({ path }) => path),
    ['/v1/admin/auth', '/v1/token/release'],
  )
  await assert.rejects(operator.token(), AgentReleasedError)
})

test('the end of a block signs its operator out', async () => {
  await using server = await serveOperators()
  {
    await using operator = await Operator.signIn({ broker: server.url, secret })
    assert.equal(await operator.token(), 'admin-1')
  }
  assert.equal(server.received.at(-1)?.path, '/v1/token/release')
})

test('an operator can be logged: secret and token do not show', async () => {
  await using server = await serveOperators()
  const operator = await Operator.signIn({ broker: server.url, secret })
  const shown =
    JSON.stringify(operator) + inspect(operator, { depth: 9, showHidden: true, getters: true })
  for (const hidden of [secret, 'admin-1']) assert.equal(shown.includes(hidden), false)
  assert.ok(shown.includes(server.url))
})

test('each method of an operator for apps asks its own route, ids encoded', async () => {
  const app = { app_id: 'app-x-000000', client_id: 'x', client_secret: 'made', status: 'active' }
  await using server = await serveOperators(({ path }) =>
    path.startsWith('/v1/admin/apps') ? { body: app } : undefined,
  )
  const operator = await Operator.signIn({ broker: server.url, secret })
  const wanted = { name: 'x', scopes: ['read:data:1'] }
  assert.equal((await operator.registerApp(wanted)).client_secret, 'made')
  assert.equal((await operator.getApp('a/b')).app_id, 'app-x-000000')
  await operator.updateApp('a/b', { token_ttl: 60 })
  await operator.rotateAppSecret('a/b', { immediate: true })
  await operator.deregisterApp('a/b')
  assert.deepEqual(
    server.received.slice(1).map(({ method, path, body }) => [method, path, body]),
    [
      ['POST', '/v1/admin/apps', JSON.stringify(wanted)],
      ['GET', '/v1/admin/apps/a%2Fb', ''],
      ['PUT', '/v1/admin/apps/a%2Fb', '{"token_ttl":60}'],
      ['POST', '/v1/admin/apps/a%2Fb/secret', '{"immediate":true}'],
      ['DELETE', '/v1/admin/apps/a%2Fb', ''],
    ],
  )
})

test('apps are listed over all pages, uncounted', async () => {
  await using server = await serveOperators(({ path }) => {
    if (!path.startsWith('/v1/admin/apps')) return undefined
    const isSecond = path.includes('cursor=next')
    return {
      body: isSecond
        ? { apps: [{ app_id: 'a' }] }
        : { apps: [{ app_id: 'b' }], next_cursor: 'next' },
    }
  })
  const operator = await Operator.signIn({ broker: server.url, secret })
  const ids: string[] = []
  for await (const { app_id } of operator.listApps()) ids.push(app_id)
  assert.deepEqual(ids, ['b', 'a'])
  assert.equal(server.received[1]?.path, '/v1/admin/apps?total=false&limit=100')
})

test('what an operator asks about brokers is asked again when it was not answered', async () => {
  const perMinute = {
    issued: {},
    killed: {},
    refused: {},
    live_agents: [],
    from: '',
    complete: true,
  }
  const answers = new Map<string, object>([
    ['/v1/admin/stats', perMinute],
    ['/v1/admin/config', { settings: [] }],
    ['/v1/admin/brokers', { brokers: [] }],
  ])
  const asked = new Set<string>()
  await using server = await serveOperators(({ path }) => {
    const body = answers.get(path)
    if (body === undefined || asked.has(path)) return body && { body }
    asked.add(path)
    return 'hang up'
  })
  const broker = new Broker(server.url, { surroundings: stillSurroundings() })
  const operator = await Operator.signIn({ broker, secret })
  assert.equal((await operator.stats()).complete, true)
  assert.deepEqual((await operator.config()).settings, [])
  assert.deepEqual((await operator.brokers()).brokers, [])
  assert.equal(server.received.length, 7)
})

test('an answer that is none of a broker is a TransportError', async () => {
  await using server = await serveOperators(({ path }) =>
    path.startsWith('/v1/admin/') && path !== '/v1/admin/auth'
      ? { body: { brokers: {} } }
      : undefined,
  )
  const operator = await Operator.signIn({ broker: server.url, secret })
  await assert.rejects(operator.stats(), TransportError)
  await assert.rejects(operator.config(), TransportError)
  await assert.rejects(operator.brokers(), TransportError)
})
