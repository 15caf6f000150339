import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  Agent,
  AuthenticationError,
  AuthorizationError,
  Delegation,
  InvalidTokenError,
  NotFoundError,
  TransportError,
} from '@agentwrit/client'
import { callsTo, problem, serve, toClient } from './local-server.ts'
import type { LocalServer, Script } from './local-server.ts'

const nonce = '00112233445566778899aabbccddeeff'.repeat(2)
const delegator = 'spiffe://agentwrit.local/agent/reports/monthly/0011223344556677'
const delegate = 'spiffe://agentwrit.local/agent/mail/outbox/8899aabbccddeeff'
const scope = ['read:sales:2026-10']
const task = { launchToken: 'f'.repeat(64), orchId: 'reports', taskId: 'monthly', scope }
const chain = [{ agent: delegator, delegatee: delegate, jti: '2'.repeat(32), signature: 's1gn' }]
const expiresIn = 60

const claims = {
  sub: delegate,
  orch_id: 'reports',
  task_id: 'monthly',
  scope,
  iat: Date.UTC(2026, 0, 2) / 1000,
  exp: Date.UTC(2026, 0, 2) / 1000 + expiresIn,
  delegation_chain: chain,
}

/** Answers as a broker does; `script` may answer first. Own tokens are `token-N`, delegated ones `delegated-N`. */
function serveDelegation(script: Script = () => undefined): Promise<LocalServer> {
  let issued = 0
  return serve((request) => {
    const scripted = script(request)
    if (scripted !== undefined) return scripted
    if (request.path === '/v1/challenge') return { body: { nonce, expires_in: 30 } }
    if (request.path === '/v1/health') {
      return { body: { status: 'ok', version: '1', features: ['renew-idempotency'] } }
    }
    if (request.path === '/v1/token/release') return { status: 204 }
    if (request.path === '/v1/token/validate') return { body: { valid: true, claims } }
    issued += 1
    const body = { agent_id: delegator, access_token: `token-${issued}`, expires_in: expiresIn }
    if (request.path !== '/v1/delegate') return { body }
    return { body: { ...body, access_token: `delegated-${issued}`, delegation_chain: chain } }
  })
}

const registerAt = (server: LocalServer): Promise<Agent> =>
  Agent.register({ broker: toClient(server), ...task })

test('an agent delegates under its own token, and gets a token with the chain that it holds', async () => {
  await using server = await serveDelegation()
  const agent = await registerAt(server)
  const delegation = await agent.delegate({ to: delegate, scope, ttl: 90 })
  const [asked] = callsTo(server, '/v1/delegate')
  assert.equal(asked?.headers.authorization, 'Bearer token-1')
  assert.deepEqual(JSON.parse(asked.body), { delegate_to: delegate, scope, ttl: 90 })
  assert.equal(delegation.token(), 'delegated-2')
  assert.equal(delegation.agentId, delegate)
  assert.deepEqual(delegation.scope, scope)
  assert.deepEqual(delegation.chain, chain)
  assert.equal(delegation.expiresAt.getTime(), Date.UTC(2026, 0, 2) + expiresIn * 1000)
})

test('a delegation without a ttl leaves it to the broker', async () => {
  await using server = await serveDelegation()
  const agent = await registerAt(server)
  await agent.delegate({ to: delegate, scope })
  assert.deepEqual(JSON.parse(callsTo(server, '/v1/delegate')[0]?.body ?? ''), {
    delegate_to: delegate,
    scope,
  })
})

for (const [status, code, errorClass] of [
  [403, 'scope_violation', AuthorizationError],
  [404, 'not_found', NotFoundError],
  [401, 'unauthorized', AuthenticationError],
] as const) {
  test(`a delegation that is refused with ${status} is tried once`, async () => {
    await using server = await serveDelegation(({ path }) =>
      path === '/v1/delegate' ? problem(status, code) : undefined,
    )
    const agent = await registerAt(server)
    await assert.rejects(agent.delegate({ to: delegate, scope }), errorClass)
    assert.equal(callsTo(server, '/v1/delegate').length, 1)
  })
}

for (const reply of ['hang up', problem(503, 'service_unavailable')] as const) {
  const what = reply === 'hang up' ? reply : reply.status
  test(`a delegation that may have been made is not made twice (${what})`, async () => {
    await using server = await serveDelegation(({ path }) =>
      path === '/v1/delegate' ? reply : undefined,
    )
    const agent = await registerAt(server)
    await assert.rejects(agent.delegate({ to: delegate, scope }))
    assert.equal(callsTo(server, '/v1/delegate').length, 1)
  })
}

/** An agent whose token is renewed while the broker answers its first delegation with this refusal. */
async function delegateDuringRenewal(server: LocalServer, renewing: { start: () => void }) {
  const agent = await registerAt(server)
  let renewed: Promise<void> | undefined
  renewing.start = () => {
    renewed ??= agent.renew()
  }
  const delegation = await agent.delegate({ to: delegate, scope }).catch((error: unknown) => error)
  await renewed
  const asked = callsTo(server, '/v1/delegate').map(({ headers }) => headers.authorization)
  return { delegation, asked }
}

function refuseFirst(status: number, code: string, renewing: { start: () => void }): Script {
  return ({ path, headers }) => {
    if (path !== '/v1/delegate' || headers.authorization !== 'Bearer token-1') return undefined
    renewing.start()
    return problem(status, code)
  }
}

test('a delegation that a renewal has overtaken is asked for again with the new token', async () => {
  const renewing = { start: () => {} }
  await using server = await serveDelegation(refuseFirst(401, 'unauthorized', renewing))
  const { delegation, asked } = await delegateDuringRenewal(server, renewing)
  assert.deepEqual(asked, ['Bearer token-1', 'Bearer token-2'])
  assert.ok(delegation instanceof Delegation)
  assert.equal(delegation.token(), 'delegated-3')
})

test('any other refusal stands, whatever became of the token meanwhile', async () => {
  const renewing = { start: () => {} }
  await using server = await serveDelegation(refuseFirst(403, 'scope_violation', renewing))
  const { delegation, asked } = await delegateDuringRenewal(server, renewing)
  assert.deepEqual(asked, ['Bearer token-1'])
  assert.ok(delegation instanceof AuthorizationError)
})

test('an answer without a chain or a token is no delegation', async () => {
  for (const missing of ['delegation_chain', 'access_token', 'expires_in']) {
    const body = { access_token: 'd', expires_in: 60, delegation_chain: chain, [missing]: {} }
    await using server = await serveDelegation(({ path }) =>
      path === '/v1/delegate' ? { body } : undefined,
    )
    const agent = await registerAt(server)
    await assert.rejects(agent.delegate({ to: delegate, scope }), TransportError)
  }
})

test('a delegation is taken back with its own token, at the end of a block too', async () => {
  await using server = await serveDelegation()
  const agent = await registerAt(server)
  const delegation = await agent.delegate({ to: delegate, scope })
  await delegation.release()
  {
    await using other = await agent.delegate({ to: delegate, scope })
    assert.equal(other.token(), 'delegated-3')
  }
  assert.deepEqual(
    callsTo(server, '/v1/token/release').map(({ headers }) => headers.authorization),
    ['Bearer delegated-2', 'Bearer delegated-3'],
  )
})

test('a delegation that somebody else revoked counts as taken back', async () => {
  await using server = await serveDelegation(({ path }) =>
    path === '/v1/token/release' ? problem(403, 'forbidden', 'token has been revoked') : undefined,
  )
  const agent = await registerAt(server)
  await (await agent.delegate({ to: delegate, scope })).release()
})

test('a delegation and the agent made of it can be logged: no token and no signature shows', async () => {
  await using server = await serveDelegation()
  const agent = await registerAt(server)
  const delegation = await agent.delegate({ to: delegate, scope })
  const accepted = await Agent.accept({ broker: toClient(server), token: delegation.token() })
  for (const shown of [delegation, accepted]) {
    assert.ok(JSON.stringify(shown).includes(delegate))
    assert.equal(inspect(shown, everything).includes('delegated-2'), false)
    for (const text of [JSON.stringify(shown), inspect(shown, { depth: 9, showHidden: true })]) {
      for (const hidden of ['delegated-2', 's1gn']) assert.equal(text.includes(hidden), false)
    }
  }
})

const everything = { depth: 9, showHidden: true, getters: true }

test('an error of a delegation shows neither token', async () => {
  await using server = await serveDelegation(({ path, headers }) =>
    path === '/v1/delegate' ? problem(403, 'forbidden', headers.authorization ?? '') : undefined,
  )
  const agent = await registerAt(server)
  const error: unknown = await agent
    .delegate({ to: delegate, scope })
    .catch((caught: unknown) => caught)
  assert.ok(error instanceof AuthorizationError)
  assert.equal((JSON.stringify(error) + inspect(error, everything)).includes('token-1'), false)
})

test('an agent takes over a delegated token as the broker knows it', async () => {
  await using server = await serveDelegation()
  const agent = await Agent.accept({ broker: toClient(server), token: 'handed-over' })
  assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), { token: 'handed-over' })
  assert.equal(agent.agentId, delegate)
  assert.deepEqual([agent.orchId, agent.taskId], ['reports', 'monthly'])
  assert.deepEqual(agent.scope, scope)
  assert.deepEqual(agent.chain, chain)
  assert.equal(agent.expiresAt.getTime(), claims.exp * 1000)
  assert.equal(await agent.token(), 'handed-over')
})

test('a delegated agent renews, delegates on and releases as any other', async () => {
  await using server = await serveDelegation()
  const agent = await Agent.accept({ broker: toClient(server), token: 'handed-over' })
  await agent.renew()
  assert.equal(await agent.token(), 'token-1')
  const onward = await agent.delegate({ to: delegate, scope })
  assert.equal(onward.agentId, agent.agentId)
  await agent.release()
  const bearers = server.received.map(({ path, headers }) => [path, headers.authorization])
  assert.deepEqual(bearers, [
    ['/v1/token/validate', undefined],
    ['/v1/health', undefined],
    ['/v1/token/renew', 'Bearer handed-over'],
    ['/v1/delegate', 'Bearer token-1'],
    ['/v1/token/release', 'Bearer token-1'],
  ])
})

test('a registered agent has no chain', async () => {
  await using server = await serveDelegation()
  assert.deepEqual((await registerAt(server)).chain, [])
})

for (const [what, body] of [
  ['dead', { valid: false, error: 'token is invalid or expired' }],
  ["an operator's", { valid: true, claims: { ...claims, sub: 'admin', task_id: undefined } }],
  ['of another shape', { valid: true, claims: { ...claims, scope: 'read:sales:*' } }],
] as const) {
  test(`a token that is ${what} is not taken over`, async () => {
    await using server = await serveDelegation(() => ({ body }))
    const error: unknown = await Agent.accept({ broker: server.url, token: 'handed-over' }).catch(
      (caught: unknown) => caught,
    )
    assert.ok(error instanceof InvalidTokenError)
    assert.equal(inspect(error, everything).includes('handed-over'), false)
  })
}

test('a token that is said to be valid without claims is no answer', async () => {
  await using server = await serveDelegation(() => ({ body: { valid: true } }))
  await assert.rejects(Agent.accept({ broker: server.url, token: 'x' }), TransportError)
})

test('a token for another agent is not taken over by one that looks', async () => {
  await using server = await serveDelegation()
  const handedOver = { broker: toClient(server), token: 'handed-over' }
  await assert.rejects(Agent.accept({ ...handedOver, agentId: delegator }), InvalidTokenError)
  assert.equal((await Agent.accept({ ...handedOver, agentId: delegate })).agentId, delegate)
})

test('an agent takes over what was delegated to it, and lives on beside it', async () => {
  await using server = await serveDelegation(({ path }) =>
    path === '/v1/register'
      ? { body: { agent_id: delegate, access_token: 'own', expires_in: expiresIn } }
      : undefined,
  )
  const agent = await registerAt(server)
  const delegated = await agent.accept('handed-over')
  assert.deepEqual(JSON.parse(server.received.at(-1)?.body ?? ''), { token: 'handed-over' })
  assert.equal(delegated.agentId, agent.agentId)
  assert.deepEqual(delegated.chain, chain)
  assert.deepEqual([await agent.token(), await delegated.token()], ['own', 'handed-over'])
})

test('an agent does not take over what was delegated to another one', async () => {
  await using server = await serveDelegation()
  const agent = await registerAt(server)
  assert.notEqual(agent.agentId, delegate)
  await assert.rejects(agent.accept('handed-over'), InvalidTokenError)
})

test('an agent asks for the key of a peer by its id, encoded as one segment', async () => {
  const path =
    '/v1/agents/spiffe%3A%2F%2Fagentwrit.local%2Fagent%2Fmail%2Foutbox%2F8899aabbccddeeff/key'
  const body = { agent_id: delegate, public_key: 'AAAA', jkt: 'thumb', status: 'active' }
  await using server = await serveDelegation((request) =>
    request.path === path ? { body } : undefined,
  )
  const agent = await registerAt(server)
  assert.equal((await agent.getAgentKey(delegate)).public_key, 'AAAA')
  assert.equal(callsTo(server, path)[0]?.headers.authorization, 'Bearer token-1')
})

test('the key of another agent than the one asked for is no answer', async () => {
  const body = { agent_id: delegator, public_key: 'AAAA', jkt: 'thumb', status: 'active' }
  await using server = await serveDelegation(({ path }) =>
    path.endsWith('/key') ? { body } : undefined,
  )
  const agent = await registerAt(server)
  await assert.rejects(agent.getAgentKey(delegate), TransportError)
})

for (const id of ['', '.', '..']) {
  test(`an id that would leave its place in a path is not asked for (${JSON.stringify(id)})`, async () => {
    await using server = await serveDelegation()
    const agent = await registerAt(server)
    await assert.rejects(agent.getAgentKey(id), TypeError)
    assert.equal(server.received.length, 2)
  })
}
