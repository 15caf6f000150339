import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  AgentReleasedError,
  App,
  AuthenticationError,
  AuthorizationError,
  Broker,
} from '@agentwrit/client'
import { launchTokenMade, problem, serve, stillSurroundings } from './local-server.ts'
import type { LocalServer, Script } from './local-server.ts'

const clientId = 're-0123456789ab'
const clientSecret = 'a-client-secret-for-tests'

/** Answers as a broker does; `script` may answer first. */
function serveApps(script: Script = () => undefined, expiresIn = 1800): Promise<LocalServer> {
  let signIns = 0
  return serve((request) => {
    const scripted = script(request)
    if (scripted !== undefined) return scripted
    if (request.path === '/v1/challenge') {
      return { body: { nonce: '0'.repeat(64), expires_in: 30 } }
    }
    if (request.path === '/v1/register') {
      const body = { agent_id: 'spiffe://x/agent/o/t/1', access_token: 'agent-1', expires_in: 60 }
      return { body }
    }
    if (request.path === '/v1/app/launch-tokens') return launchTokenMade
    if (request.path !== '/v1/app/auth') return { status: 204 }
    signIns += 1
    const access_token = `app-${signIns}`
    return {
      body: { access_token, expires_in: expiresIn, token_type: 'Bearer', scopes: [] },
    }
  })
}

function signIn({ url: broker }: { readonly url: string | Broker }): Promise<App> {
  return App.signIn({ broker, clientId, clientSecret })
}

test('an app signs in with its id and secret, and makes launch tokens under the token it got', async () => {
  await using server = await serveApps()
  const app = await signIn(server)
  const request = { agent_name: 'reader', allowed_scope: ['read:data:1'] }
  assert.equal((await app.createLaunchToken(request)).launch_token, 'a'.repeat(64))
  const [first, second] = server.received
  assert.equal(first?.path, '/v1/app/auth')
  const credentials = { client_id: clientId, client_secret: clientSecret }
  assert.deepEqual(JSON.parse(first.body), credentials)
  assert.equal(second?.path, '/v1/app/launch-tokens')
  assert.equal(second.headers.authorization, 'Bearer app-1')
})

test('an agent is started with a launch token for its task and scope alone', async () => {
  await using server = await serveApps()
  const app = await signIn(server)
  const agent = await app.createAgent({
    orchId: 'o',
    taskId: 't',
    scope: ['read:data:1'],
    ttl: 60,
  })
  assert.equal(await agent.token(), 'agent-1')
  const [, launch, challenge, register] = server.received
  assert.deepEqual(JSON.parse(launch?.body ?? ''), {
    agent_name: 'o/t',
    allowed_scope: ['read:data:1'],
    max_ttl: 60,
    orch_id: 'o',
    task_id: 't',
  })
  assert.equal(challenge?.path, '/v1/challenge')
  const asked = JSON.parse(register?.body ?? '')
  assert.equal(asked.launch_token, 'a'.repeat(64))
  assert.deepEqual([asked.orch_id, asked.task_id], ['o', 't'])
  assert.deepEqual(asked.requested_scope, ['read:data:1'])
})

test('a scope beyond the ceiling starts no agent, and is tried once', async () => {
  await using server = await serveApps(({ path }) =>
    path === '/v1/app/launch-tokens' ? problem(403, 'forbidden') : undefined,
  )
  const app = await signIn(server)
  const wanted = { orchId: 'o', taskId: 't', scope: ['write:all:*'] }
  await assert.rejects(app.createAgent(wanted), AuthorizationError)
  assert.equal(server.received.length, 2)
})

test('a wrong secret is an AuthenticationError, and is tried once', async () => {
  await using server = await serveApps(() => problem(401, 'unauthorized'))
  await assert.rejects(signIn(server), AuthenticationError)
  assert.equal(server.received.length, 1)
})

for (const { expiresIn, margin } of [
  { expiresIn: 1800, margin: 60 },
  { expiresIn: 60, margin: 30 },
]) {
  test(`a token of ${expiresIn} s is bought anew when ${margin} s are left, once for all who ask`, async () => {
    const surroundings = stillSurroundings()
    await using server = await serveApps(undefined, expiresIn)
    const app = await signIn({ url: new Broker(server.url, { surroundings }) })
    surroundings.advance((expiresIn - margin) * 1000 - 1)
    assert.equal(await app.token(), 'app-1')
    surroundings.advance(1)
    const tokens = await Promise.all([app.token(), app.token(), app.token()])
    assert.deepEqual(tokens, ['app-2', 'app-2', 'app-2'])
    assert.equal(server.received.length, 2)
  })
}

test('an app lists and deletes its own launch tokens', async () => {
  await using server = await serveApps(({ method, path }) => {
    if (method !== 'GET' || !path.startsWith('/v1/app/launch-tokens')) return undefined
    const isSecond = path.includes('cursor=n')
    return {
      body: isSecond
        ? { launch_tokens: [{ id: 'a' }] }
        : { launch_tokens: [{ id: 'b' }], next_cursor: 'n' },
    }
  })
  const app = await signIn(server)
  const ids: string[] = []
  for await (const { id } of app.listLaunchTokens({ pageSize: 1 })) ids.push(id)
  assert.deepEqual(ids, ['b', 'a'])
  assert.equal(server.received[1]?.path, '/v1/app/launch-tokens?limit=1')
  await app.deleteLaunchToken('a/b')
  assert.equal(server.received.at(-1)?.path, '/v1/app/launch-tokens/a%2Fb')
})

test('signing out releases the token and forgets the secret; so does the end of a block', async () => {
  await using server = await serveApps()
  const app = await signIn(server)
  await app.signOut()
  await app.signOut()
  await assert.rejects(app.token(), AgentReleasedError)
  {
    await using other = await signIn(server)
    await other.token()
  }
  assert.deepEqual(
    server.received.map(({ path }) => path),
    ['/v1/app/auth', '/v1/token/release', '/v1/app/auth', '/v1/token/release'],
  )
})

test('an app can be logged: secret and token do not show, in an error neither', async () => {
  await using server = await serveApps(({ path, body }) =>
    path === '/v1/app/launch-tokens' ? problem(403, 'forbidden', `${body} app-1`) : undefined,
  )
  const app = await signIn(server)
  const refused = app.createAgent({ orchId: 'o', taskId: 't', scope: ['read:data:1'] })
  const error: unknown = await refused.catch((caught: unknown) => caught)
  for (const shown of [text(app), text(error)]) {
    for (const hidden of [clientSecret, 'app-1']) assert.equal(shown.includes(hidden), false)
  }
  assert.ok(text(app).includes(clientId))
})

test('a sign-in that echoes the secret shows it in no error', async () => {
  await using server = await serveApps(({ body }) => problem(400, 'invalid_request', body))
  const error: unknown = await signIn(server).catch((caught: unknown) => caught)
  assert.equal(inspect(error, { depth: 9, showHidden: true }).includes(clientSecret), false)
})

function text(value: unknown): string {
  return JSON.stringify(value) + inspect(value, { depth: 9, showHidden: true, getters: true })
}
