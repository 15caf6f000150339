import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  AgentWritError,
  App,
  AuthenticationError,
  Operator,
  TransportError,
} from '@agentwrit/client'
import type { Broker, Supervisor } from '@agentwrit/client'
import { callsTo, problem, serve, toClient } from './local-server.ts'
import type { LocalServer, Reply, Script } from './local-server.ts'

const agentId = 'spiffe://agentwrit.local/agent/reports/monthly/0011223344556677'
const encodedId = 'spiffe%3A%2F%2Fagentwrit.local%2Fagent%2Freports%2Fmonthly%2F0011223344556677'
const agent = { agent_id: agentId, scope: ['read:sales:*'], status: 'active' }
const revoked = { revoked: true, level: 'agent', target: agentId, count: 3, id: 'r1' }
const preview = {
  revoked: false,
  dry_run: true,
  level: 'agent',
  target: agentId,
  count: 3,
  by_depth: [1, 2],
  agents: [agentId],
}

/** Signs everybody in with a token of its own; `script` answers the rest. */
function serveSupervisors(script: Script, features = ['revoke-dry-run']): Promise<LocalServer> {
  let signIns = 0
  return serve((request) => {
    if (request.path === '/v1/health') {
      return { body: { status: 'ok', version: '1', features } }
    }
    if (!request.path.endsWith('/auth')) return script(request) ?? problem(404, 'not_found')
    signIns += 1
    return { body: { access_token: `session-${signIns}`, expires_in: 300 } }
  })
}

const kinds = [
  ['operator', (broker: Broker) => Operator.signIn({ broker, secret: 'a-secret' })],
  ['app', (broker: Broker) => App.signIn({ broker, clientId: 'x', clientSecret: 'a-secret' })],
] as const

const signInOperator = (server: LocalServer): Promise<Operator> =>
  Operator.signIn({ broker: toClient(server), secret: 'a-secret' })

const asked = ({ received }: LocalServer): string[] =>
  received
    .map(({ method, path }) => `${method} ${path}`)
    .filter((call) => !/auth|health/.test(call))

for (const [kind, signIn] of kinds) {
  test(`an ${kind} lists agents over all pages, as filtered`, async () => {
    await using server = await serveSupervisors(({ path }) =>
      path.includes('cursor=n')
        ? { body: { agents: [{ ...agent, agent_id: 'b' }] } }
        : { body: { agents: [agent], next_cursor: 'n/1' } },
    )
    const supervisor: Supervisor = await signIn(toClient(server))
    const filter = { appId: 'app-1', taskId: 'monthly', orchId: 'a b', pageSize: 1 } as const
    const ids: string[] = []
    for await (const { agent_id } of supervisor.listAgents({ ...filter, status: 'active' })) {
      ids.push(agent_id)
    }
    assert.deepEqual(ids, [agentId, 'b'])
    const first = 'GET /v1/agents?app_id=app-1&task_id=monthly&orch_id=a+b&status=active&limit=1'
    assert.deepEqual(asked(server), [first, `${first}&cursor=n%2F1`])
  })

  test(`an ${kind} reads one agent and its key by an id that is one segment`, async () => {
    const key = { ...agent, public_key: 'AAAA', jkt: 'thumb' }
    await using server = await serveSupervisors(({ path }) => ({
      body: path.endsWith('/key') ? key : agent,
    }))
    const supervisor: Supervisor = await signIn(toClient(server))
    assert.equal((await supervisor.getAgent(agentId)).status, 'active')
    assert.equal((await supervisor.getAgentKey(agentId)).public_key, 'AAAA')
    assert.deepEqual(asked(server), [
      `GET /v1/agents/${encodedId}`,
      `GET /v1/agents/${encodedId}/key`,
    ])
  })

  test(`an ${kind} draws delegations by root, agent or task`, async () => {
    const tree = { nodes: [], edges: [], truncated: false }
    await using server = await serveSupervisors(() => ({ body: tree }))
    const supervisor: Supervisor = await signIn(toClient(server))
    assert.equal((await supervisor.getDelegations({ root: agentId })).truncated, false)
    await supervisor.getDelegations({ agentId })
    await supervisor.getDelegations({ taskId: 'a&b' })
    assert.deepEqual(asked(server), [
      `GET /v1/delegations?root=${encodedId}`,
      `GET /v1/delegations?agent_id=${encodedId}`,
      'GET /v1/delegations?task_id=a%26b',
    ])
  })

  test(`an ${kind} revokes with a reason, and hears what died`, async () => {
    await using server = await serveSupervisors(() => ({ body: revoked }))
    const supervisor: Supervisor = await signIn(toClient(server))
    const wanted = { level: 'agent', target: agentId, reason: 'it read too much' } as const
    const { count, id } = await supervisor.revoke(wanted)
    assert.deepEqual([count, id], [3, 'r1'])
    assert.deepEqual(JSON.parse(callsTo(server, '/v1/revoke')[0]?.body ?? ''), wanted)
  })

  test(`an ${kind} previews a revocation, which is never the revocation itself`, async () => {
    await using server = await serveSupervisors(() => ({ body: preview }))
    const supervisor: Supervisor = await signIn(toClient(server))
    const foreseen = await supervisor.previewRevocation({ level: 'agent', target: agentId })
    assert.deepEqual([foreseen.count, foreseen.by_depth, foreseen.agents], [3, [1, 2], [agentId]])
    assert.deepEqual(JSON.parse(callsTo(server, '/v1/revoke')[0]?.body ?? ''), {
      level: 'agent',
      target: agentId,
      dry_run: true,
    })
  })

  test(`an ${kind} whose session was revoked signs in anew and asks once more`, async () => {
    await using server = await serveSupervisors(({ headers }) =>
      headers.authorization === 'Bearer session-1'
        ? problem(401, 'unauthorized')
        : { body: revoked },
    )
    const supervisor: Supervisor = await signIn(toClient(server))
    await supervisor.revoke({ level: 'agent', target: 'admin' })
    assert.deepEqual(
      callsTo(server, '/v1/revoke').map(({ headers }) => headers.authorization),
      ['Bearer session-1', 'Bearer session-2'],
    )
    assert.equal(await supervisor.token(), 'session-2')
  })
}

test('a call that is refused in a fresh session too is an AuthenticationError, after two attempts', async () => {
  await using server = await serveSupervisors(() => problem(401, 'unauthorized'))
  const operator = await signInOperator(server)
  await assert.rejects(operator.getAgent(agentId), AuthenticationError)
  assert.equal(asked(server).length, 2)
})

test('a broker that does not know previews, and would revoke, is not asked for one', async () => {
  await using server = await serveSupervisors(() => ({ body: revoked }), ['renew-idempotency'])
  const operator = await signInOperator(server)
  await assert.rejects(
    operator.previewRevocation({ level: 'task', target: 'monthly' }),
    AgentWritError,
  )
  assert.deepEqual(asked(server), [])
})

for (const [level, target, attempts] of [
  ['agent', agentId, 3],
  ['token', '0'.repeat(32), 3],
  ['task', 'monthly', 3],
  ['task', 'admin', 3],
  ['chain', agentId, 3],
  ['agent', 'app:app-1', 1],
  ['agent', 'admin', 1],
] as const) {
  test(`a revocation of ${level} ${target} without an answer is tried ${attempts} times in all`, async () => {
    await using server = await serveSupervisors(() => 'hang up')
    const operator = await signInOperator(server)
    await assert.rejects(operator.revoke({ level, target }), TransportError)
    assert.equal(callsTo(server, '/v1/revoke').length, attempts)
  })
}

test('an answer that says nothing was revoked is none to a revocation, nor the reverse to a preview', async () => {
  for (const body of [preview, { revoked: true }, { ...revoked, count: '3' }]) {
    await using server = await serveSupervisors(() => ({ body }))
    const operator = await signInOperator(server)
    await assert.rejects(operator.revoke({ level: 'agent', target: agentId }), TransportError)
  }
  for (const body of [
    { ...preview, revoked: true },
    { ...preview, agents: {} },
    { ...preview, by_depth: undefined },
  ]) {
    await using server = await serveSupervisors(() => ({ body }))
    const operator = await signInOperator(server)
    const previewed = operator.previewRevocation({ level: 'agent', target: agentId })
    await assert.rejects(previewed, TransportError)
  }
})

test('an answer of another shape is no agent, key, tree or page', async () => {
  await using server = await serveSupervisors(() => ({
    body: {
      agents: {},
      nodes: {},
      edges: [],
      revocations: {},
      keys: {},
      events: {},
      agent_id: 'another',
    },
  }))
  const operator = await signInOperator(server)
  for (const call of [
    () => operator.getAgent(agentId),
    () => operator.getAgentKey(agentId),
    () => operator.getDelegations({ root: agentId }),
    () => operator.listAgents().next(),
    () => operator.listRevocations().next(),
    () => operator.listAuditEvents().next(),
    () => operator.getSigningKeys(),
    () => operator.liftRevocation('r1'),
    () => operator.rotateSigningKey(),
  ]) {
    await assert.rejects(call(), TransportError)
  }
})

test('revocations are listed over all pages, as filtered, and lifted by id', async () => {
  const entry = {
    id: 'r1',
    level: 'task',
    target: 'monthly',
    lifted_at: '2026-01-02T03:04:05.000Z',
  }
  await using server = await serveSupervisors(({ method, path }) => {
    if (method === 'DELETE') return { body: entry }
    const isSecond = path.includes('cursor=n')
    return { body: { revocations: [entry], ...(isSecond ? {} : { next_cursor: 'n' }) } }
  })
  const operator = await signInOperator(server)
  const ids: string[] = []
  const filter = { level: 'task', target: 'monthly', inForce: false, pageSize: 1 } as const
  for await (const { id } of operator.listRevocations(filter)) ids.push(id)
  assert.deepEqual(ids, ['r1', 'r1'])
  assert.equal((await operator.liftRevocation('a/b')).lifted_at, entry.lifted_at)
  const first = 'GET /v1/revocations?level=task&target=monthly&in_force=false&limit=1'
  assert.deepEqual(asked(server), [first, `${first}&cursor=n`, 'DELETE /v1/revocations/a%2Fb'])
})

test('signing keys are rotated and listed', async () => {
  const answer = {
    kid: 'new',
    previous_kid: 'old',
    previous_retires_at: '2026-01-02T03:04:05.000Z',
  }
  const keys = [{ kid: 'new', status: 'active' }]
  await using server = await serveSupervisors(({ method }) => ({
    body: method === 'POST' ? answer : { keys },
  }))
  const operator = await signInOperator(server)
  assert.equal((await operator.rotateSigningKey()).kid, 'new')
  assert.deepEqual((await operator.getSigningKeys()).keys, keys)
  assert.deepEqual(asked(server), ['POST /v1/admin/keys/rotate', 'GET /v1/audit/keys'])
  assert.equal(callsTo(server, '/v1/admin/keys/rotate')[0]?.body, '{}')
})

for (const [request, attempts] of [
  [{}, 1],
  [{ emergency: true }, 1],
  [{ emergency: false, kid: 'old' }, 1],
  [{ emergency: true, kid: 'old' }, 3],
] as const) {
  test(`a rotation ${JSON.stringify(request)} without an answer is tried ${attempts} times in all`, async () => {
    await using server = await serveSupervisors(() => 'hang up')
    const operator = await signInOperator(server)
    await assert.rejects(operator.rotateSigningKey(request), TransportError)
    assert.equal(callsTo(server, '/v1/admin/keys/rotate').length, attempts)
  })
}

test('an emergency that killed the token it came with is finished in a fresh session', async () => {
  const replies: (Reply | 'hang up')[] = ['hang up', problem(401, 'unauthorized')]
  const answer = {
    kid: 'new',
    previous_kid: 'old',
    previous_retires_at: '2026-01-02T03:04:05.000Z',
  }
  await using server = await serveSupervisors(() => replies.shift() ?? { body: answer })
  const operator = await signInOperator(server)
  assert.equal((await operator.rotateSigningKey({ emergency: true, kid: 'old' })).kid, 'new')
  assert.equal(callsTo(server, '/v1/admin/keys/rotate').length, 3)
})

for (const [kind, signIn] of kinds) {
  test(`an ${kind} can be logged after all of this: neither secret nor token shows`, async () => {
    await using server = await serveSupervisors(() => ({ body: agent }))
    const supervisor: Supervisor = await signIn(toClient(server))
    await supervisor.getAgent(agentId)
    const shown =
      JSON.stringify(supervisor) +
      inspect(supervisor, { depth: 9, showHidden: true, getters: true })
    for (const hidden of ['a-secret', 'session-1']) assert.equal(shown.includes(hidden), false)
    assert.ok(shown.includes(server.url))
  })
}
