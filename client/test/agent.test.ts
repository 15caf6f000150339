import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  Agent,
  AgentKey,
  AgentLostError,
  AgentReleasedError,
  AuthorizationError,
  Broker,
  CryptoError,
  TransportError,
} from '@agentwrit/client'
import type { RegisterRequest } from '@agentwrit/protocol'
import { problem, serve, stillSurroundings } from './local-server.ts'
import type { LocalServer, Reply, Script } from './local-server.ts'

const nonce = '00112233445566778899aabbccddeeff'.repeat(2)
const agentId = 'spiffe://agentwrit.local/agent/reports/monthly/0011223344556677'
const scope = ['read:sales:2026-10']
const wanted = { launchToken: 'f'.repeat(64), orchId: 'reports', taskId: 'monthly', scope }

/** Answers as a broker of version 2.0 does, or of a later one with features; `script` may answer first. */
function serveAgents(
  script: Script = () => undefined,
  features?: readonly string[],
): Promise<LocalServer> {
  let issued = 0
  return serve((request) => {
    const scripted = script(request)
    if (scripted !== undefined) return scripted
    if (request.path === '/v1/challenge') return { body: { nonce, expires_in: 30 } }
    if (request.path === '/v1/health') return { body: { status: 'ok', version: '2.0.0', features } }
    if (request.path === '/v1/token/release') return { status: 204 }
    issued += 1
    return { body: { agent_id: agentId, access_token: `token-${issued}`, expires_in: 300 } }
  })
}

test('an agent registers by signing the bytes of the nonce with a key of its own', async () => {
  const surroundings = stillSurroundings()
  await using server = await serveAgents()
  const broker = new Broker(server.url, { surroundings })
  const agent = await Agent.register({ broker, ...wanted })
  const sent = JSON.parse(server.received[1]?.body ?? '') as RegisterRequest
  assert.equal(sent.launch_token, wanted.launchToken)
  assert.equal(sent.nonce, nonce)
  assert.equal(sent.orch_id, 'reports')
  assert.equal(sent.task_id, 'monthly')
  assert.deepEqual(sent.requested_scope, scope)
  assert.ok(signs(sent, Buffer.from(nonce, 'hex')))
  assert.equal(signs(sent, Buffer.from(nonce)), false)
  assert.equal(agent.agentId, agentId)
  assert.equal(await agent.token(), 'token-1')
  assert.equal(agent.expiresAt.getTime(), surroundings.now() + 300_000)
})

test('two registrations never share a key', async () => {
  await using server = await serveAgents()
  await Agent.register({ broker: server.url, ...wanted })
  await Agent.register({ broker: server.url, ...wanted })
  const keys = server.received
    .filter((request) => request.path === '/v1/register')
    .map(({ body }) => body)
  assert.notEqual(publicKeyIn(keys[0]), publicKeyIn(keys[1]))
})

test('only the 32 bytes of a nonce are ever signed', async () => {
  const key = await AgentKey.generate()
  for (const text of [
    '',
    'ab',
    nonce.toUpperCase().replaceAll('0', 'A'),
    `${nonce}00`,
    'g'.repeat(64),
  ]) {
    await assert.rejects(key.prove(text), CryptoError)
  }
})

test('a refused registration is the refusal of the broker', async () => {
  await using server = await serveAgents(({ path }) =>
    path === '/v1/register' ? problem(403, 'scope_violation') : undefined,
  )
  await assert.rejects(
    Agent.register({ broker: server.url, ...wanted }),
    (error) => error instanceof AuthorizationError && error.errorCode === 'scope_violation',
  )
})

test('a renewal replaces the token, and concurrent ones are one', async () => {
  await using server = await serveAgents()
  const agent = await Agent.register({ broker: server.url, ...wanted })
  await Promise.all([agent.renew(), agent.renew(), agent.renew()])
  const renewals = server.received.filter(({ path }) => path === '/v1/token/renew')
  assert.equal(renewals.length, 1)
  assert.equal(renewals[0]?.headers.authorization, 'Bearer token-1')
  assert.equal(await agent.token(), 'token-2')
})

test('whoever asks for the token during a renewal gets the new one', async () => {
  await using server = await serveAgents()
  const agent = await Agent.register({ broker: server.url, ...wanted })
  const [, token] = await Promise.all([agent.renew(), agent.token()])
  assert.equal(token, 'token-2')
})

for (const reply of ['hang up', problem(500, 'internal_error'), problem(502, '')] as const) {
  const name = reply === 'hang up' ? reply : reply.status
  test(`a renewal with an unknown end (${name}) loses the agent, whose session can still be ended`, async () => {
    await using server = await serveAgents(({ path }) =>
      path === '/v1/token/renew' ? reply : undefined,
    )
    const agent = await Agent.register({ broker: server.url, ...wanted })
    await assert.rejects(agent.renew(), AgentLostError)
    await assert.rejects(agent.token(), AgentLostError)
    await assert.rejects(agent.renew(), AgentLostError)
    await agent.release()
    assert.equal(server.received.at(-1)?.headers.authorization, 'Bearer token-1')
  })
}

for (const [status, code] of [
  [401, 'unauthorized'],
  [403, 'scope_violation'],
  [503, 'service_unavailable'],
] as const) {
  test(`a renewal that is refused with ${status} has changed nothing`, async () => {
    await using server = await serveAgents(({ path }) =>
      path === '/v1/token/renew' ? problem(status, code) : undefined,
    )
    const agent = await Agent.register({ broker: server.url, ...wanted })
    await assert.rejects(agent.renew(), { errorCode: code })
    assert.equal(await agent.token(), 'token-1')
  })
}

test('a renewal that was cancelled before it was sent has changed nothing', async () => {
  await using server = await serveAgents()
  const agent = await Agent.register({ broker: server.url, ...wanted })
  await assert.rejects(agent.renew({ signal: AbortSignal.abort() }), { name: 'AbortError' })
  assert.equal(await agent.token(), 'token-1')
})

const repeatable = ['renew-idempotency']
const renewalsOf = ({ received }: LocalServer) =>
  received.filter(({ path }) => path === '/v1/token/renew')

/** The first renewals get these replies, all others are carried out. */
function failing(...replies: (Reply | 'hang up')[]): Script {
  return ({ path }) => (path === '/v1/token/renew' ? replies.shift() : undefined)
}

async function registerAt(server: LocalServer, maxRetries = 2): Promise<Agent> {
  const broker = new Broker(server.url, { surroundings: stillSurroundings(), maxRetries })
  return Agent.register({ broker, ...wanted })
}

test('a renewal that a broker can tell from its repeat is repeated, under one name', async () => {
  const replies = ['hang up', problem(503, 'service_unavailable')] as const
  await using server = await serveAgents(failing(...replies), repeatable)
  const agent = await registerAt(server)
  await agent.renew()
  assert.equal(await agent.token(), 'token-2')
  const keys = renewalsOf(server).map(({ headers }) => headers['idempotency-key'])
  assert.equal(keys.length, 3)
  assert.equal(new Set(keys).size, 1)
  assert.match(String(keys[0]), /^[A-Za-z0-9_-]{32}$/)
})

test('each renewal has a name of its own, and the broker is asked once what it can do', async () => {
  await using server = await serveAgents(undefined, repeatable)
  const agent = await registerAt(server)
  await agent.renew()
  await agent.renew()
  const keys = renewalsOf(server).map(({ headers }) => headers['idempotency-key'])
  assert.equal(new Set(keys).size, 2)
  assert.equal(server.received.filter(({ path }) => path === '/v1/health').length, 1)
})

test('a renewal without an answer is asked for again by the next one, under the same name', async () => {
  const outage = ['hang up', 'hang up', problem(502, '')] as const
  await using server = await serveAgents(failing(...outage), repeatable)
  const agent = await registerAt(server, 0)
  await assert.rejects(agent.renew(), TransportError)
  await assert.rejects(agent.renew(), TransportError)
  await assert.rejects(agent.renew({ scope: ['read:sales:2026-10'] }), { status: 502 })
  await agent.renew()
  const sent = renewalsOf(server).map(({ headers, body }) => [headers['idempotency-key'], body])
  assert.deepEqual(new Set(sent.map(String)).size, 1)
  assert.equal(await agent.token(), 'token-2')
})

test('a renewal that was refused for good is not asked for again', async () => {
  await using server = await serveAgents(failing(problem(401, 'unauthorized')), repeatable)
  const agent = await registerAt(server)
  await assert.rejects(agent.renew(), { errorCode: 'unauthorized' })
  await agent.renew()
  const keys = renewalsOf(server).map(({ headers }) => headers['idempotency-key'])
  assert.equal(new Set(keys).size, 2)
})

test('a lost renewal that comes too late to be asked for again loses the agent: another one would look like theft', async () => {
  const replies = ['hang up', problem(401, 'unauthorized')] as const
  await using server = await serveAgents(failing(...replies), repeatable)
  const agent = await registerAt(server, 0)
  await assert.rejects(agent.renew(), TransportError)
  await assert.rejects(agent.renew(), AgentLostError)
  await assert.rejects(agent.renew(), AgentLostError)
  assert.equal(renewalsOf(server).length, 2)
})

test('a renewal is not sent, nor the agent lost, when the broker cannot say what it can do', async () => {
  await using server = await serveAgents(({ path }) =>
    path === '/v1/health' ? 'hang up' : undefined,
  )
  const agent = await registerAt(server)
  await assert.rejects(agent.renew(), TransportError)
  assert.equal(renewalsOf(server).length, 0)
  assert.equal(await agent.token(), 'token-1')
})

test('a broker whose health is kept from us is asked as one of version 2.0: once, without a name', async () => {
  await using server = await serveAgents(({ path }) =>
    path === '/v1/health' ? problem(404, 'not_found') : undefined,
  )
  const agent = await registerAt(server)
  await agent.renew()
  assert.equal(renewalsOf(server)[0]?.headers['idempotency-key'], undefined)
})

test('a renewal that narrows waits for those under way, and says what is left', async () => {
  await using server = await serveAgents(undefined, repeatable)
  const agent = await registerAt(server)
  const narrower = ['read:sales:2026-10']
  await Promise.all([agent.renew(), agent.renew({ scope: narrower }), agent.renew({ scope: [] })])
  const bodies = renewalsOf(server).map(({ body }) => body)
  assert.deepEqual(bodies, ['', JSON.stringify({ scope: narrower }), '{"scope":[]}'])
  assert.equal(await agent.token(), 'token-4')
})

test('a broker of version 2.0, which would not narrow, is not asked to', async () => {
  await using server = await serveAgents()
  const agent = await registerAt(server)
  await assert.rejects(agent.renew({ scope }), { name: 'AgentWritError' })
  assert.equal(renewalsOf(server).length, 0)
  assert.equal(await agent.token(), 'token-1')
})

test('a released agent gives out no token, and is released once', async () => {
  await using server = await serveAgents()
  const agent = await Agent.register({ broker: server.url, ...wanted })
  await agent.release()
  await agent.release()
  assert.equal(server.received.filter(({ path }) => path === '/v1/token/release').length, 1)
  await assert.rejects(agent.token(), AgentReleasedError)
  await assert.rejects(agent.renew(), AgentReleasedError)
})

test('an agent that somebody else revoked counts as released', async () => {
  await using server = await serveAgents(({ path }) =>
    path === '/v1/token/release' ? problem(403, 'forbidden', 'token has been revoked') : undefined,
  )
  const agent = await Agent.register({ broker: server.url, ...wanted })
  await agent.release()
  await assert.rejects(agent.token(), AgentReleasedError)
})

test('the end of a block releases its agent', async () => {
  await using server = await serveAgents()
  {
    await using agent = await Agent.register({ broker: server.url, ...wanted })
    assert.equal(agent.agentId, agentId)
  }
  assert.equal(server.received.at(-1)?.path, '/v1/token/release')
})

test('an error of the block is not replaced by an error of the release', async () => {
  const reason = new Error('the work failed')
  await using server = await serveAgents(({ path }) =>
    path === '/v1/token/release' ? 'hang up' : undefined,
  )
  const broker = new Broker(server.url, { surroundings: stillSurroundings() })
  const work = async (): Promise<void> => {
    await using agent = await Agent.register({ broker, ...wanted })
    assert.equal(agent.taskId, 'monthly')
    throw reason
  }
  await assert.rejects(work(), (error) => error === reason)
})

test('a release that did not arrive is an error, and can be repeated', async () => {
  let up = false
  await using server = await serveAgents(({ path }) =>
    path === '/v1/token/release' && !up ? 'hang up' : undefined,
  )
  const agent = await Agent.register({
    broker: new Broker(server.url, { maxRetries: 0 }),
    ...wanted,
  })
  await assert.rejects(agent.release(), TransportError)
  up = true
  await agent.release()
  await assert.rejects(agent.token(), AgentReleasedError)
})

test('an agent can be logged: its token, key and launch token do not show', async () => {
  await using server = await serveAgents()
  const agent = await Agent.register({ broker: server.url, ...wanted })
  const shown =
    JSON.stringify(agent) + inspect(agent, { depth: 9, showHidden: true, getters: true })
  for (const secret of ['token-1', wanted.launchToken, nonce])
    assert.equal(shown.includes(secret), false)
  assert.ok(shown.includes(agentId))
})

function signs({ public_key, signature }: RegisterRequest, bytes: Uint8Array): boolean {
  const x = Buffer.from(public_key, 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return verify(null, bytes, key, Buffer.from(signature, 'base64'))
}

function publicKeyIn(body = ''): string {
  return (JSON.parse(body) as RegisterRequest).public_key
}
