import { auditEventTypes } from '@agentwrit/protocol'
import { launchToken, makeAgent, registration } from '../actors/agent.ts'
import { makeApp, removeApp } from '../actors/app.ts'
import { revoke } from '../actors/revocation.ts'
import { delegate, release, renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectProblem } from '../wire/expect.ts'
import { readMetrics, sum, type Sample } from '../wire/metrics.ts'
import { randomHex } from '../wire/random-name.ts'
import { requireSigningKey } from '../wire/require-signing-key.ts'
import { signClaims } from '../wire/signing-key.ts'

export const metrics: Check = {
  line: 41,
  title: 'Each metric of section 8 moves, and no label value comes from a client',
  parts: [
    { title: 'what anybody can move', run: moveAll },
    { title: 'agents come and go', run: moveAgents },
    { title: 'label values are of fixed lists', run: labels },
    {
      title: 'a token from the future; an unknown session',
      needs: ['signingKey'],
      run: moveForged,
    },
    { title: 'agentwrit_db_errors_total', needs: ['fault'] },
    { title: 'agentwrit_audit_events_loaded', needs: ['restart'] },
  ],
}

type Wanted = readonly [name: string, labels?: Readonly<Record<string, string>>]

const moved: readonly Wanted[] = [
  ...['admin', 'app', 'agent', 'delegated'].map((kind): Wanted => [
    'agentwrit_tokens_issued_total',
    { kind },
  ]),
  ...['token', 'agent', 'task', 'chain', 'release', 'app'].map((level): Wanted => [
    'agentwrit_tokens_revoked_total',
    { level },
  ]),
  ...['success', 'failure'].flatMap((status): Wanted[] => [
    ['agentwrit_registrations_total', { status }],
    ['agentwrit_admin_auth_total', { status }],
  ]),
  ['agentwrit_launch_tokens_created_total'],
  ...['2xx', '4xx'].map((status_class): Wanted => {
    return ['agentwrit_request_duration_seconds_count', { endpoint: '/v1/register', status_class }]
  }),
  ['agentwrit_request_duration_seconds_count', { endpoint: 'unmatched', status_class: '4xx' }],
  ['agentwrit_audit_events_total', { event_type: 'token_issued' }],
  ['agentwrit_audit_write_duration_seconds_count'],
]

async function moveAll(broker: Broker): Promise<void> {
  const before = await readMetrics(broker)
  await doEverything(broker)
  const after = await readMetrics(broker)
  for (const [name, wanted] of moved) {
    const word = `${name}${wanted === undefined ? '' : JSON.stringify(wanted)}`
    expect(sum(after, name, wanted) > sum(before, name, wanted), `${word} has not moved`)
  }
}

async function doEverything(broker: Broker): Promise<void> {
  await broker.signIn()
  expectProblem(await broker.postPatiently('/v1/admin/auth', { secret: 'wrong' }), 'unauthorized')
  const app = await makeApp(broker)
  for (const level of ['token', 'agent', 'task', 'chain'] as const) {
    const { id, claims } = await makeAgent(broker, app)
    const targets = { token: claims.jti, agent: id, task: claims.task_id ?? '', chain: id }
    await revoke(broker, { level, target: targets[level] })
  }
  const agent = await makeAgent(broker, app)
  const given = await delegate(broker, agent.token, agent.id)
  await release(broker, await renew(broker, given.token))
  const { token } = await launchToken(broker, app)
  const body = await registration(broker, token, { signature: 'x' })
  expectProblem(await broker.post('/v1/register', body), 'unauthorized')
  await broker.get('/v1/nothing')
  await removeApp(broker, app.id)
}

/** Others come and go too, so only a crowd tells something. */
async function moveAgents(broker: Broker): Promise<void> {
  const active = async () => sum(await readMetrics(broker), 'agentwrit_active_agents')
  const before = await active()
  const app = await makeApp(broker)
  await Promise.all(Array.from({ length: 20 }, () => makeAgent(broker, app)))
  const crowded = await active()
  expect(crowded >= before + 15, 'agentwrit_active_agents does not rise with twenty agents')
  await removeApp(broker, app.id)
  expect((await active()) <= crowded - 15, 'agentwrit_active_agents does not fall with their app')
}

/** Contract 8; the values of `operation` and `endpoint` are the broker's own. */
const lists: Readonly<Record<string, readonly string[]>> = {
  kind: ['admin', 'app', 'agent', 'delegated'],
  level: ['token', 'agent', 'task', 'chain', 'release', 'app'],
  status: ['success', 'failure'],
  status_class: ['2xx', '3xx', '4xx', '5xx'],
  event_type: auditEventTypes,
}

async function labels(broker: Broker): Promise<void> {
  const strange = `strange-${randomHex(8)}`
  await broker.get(`/v1/${strange}`)
  await broker.ask(strange.toUpperCase(), '/v1/health')
  await broker.get(`/v1/agents/${strange}`)
  await broker.post('/v1/app/auth', { client_id: strange, client_secret: strange })
  const samples = (await readMetrics(broker)).filter(({ name }) => name.startsWith('agentwrit_'))
  for (const { name, labels: pairs } of samples) {
    for (const [label, value] of pairs) {
      expect(
        isOfList(label, value) && !value.includes(strange),
        `${name} has the label ${label} with a value of no fixed list`,
      )
    }
  }
}

function isOfList(label: string, value: string): boolean {
  if (label === 'le' || label === 'operation') return true
  if (label === 'endpoint') return value === 'unmatched' || /^\/[a-z0-9/._{}-]*$/.test(value)
  return lists[label]?.includes(value) ?? false
}

async function moveForged(broker: Broker): Promise<void> {
  const key = await requireSigningKey(broker)
  const { claims } = await makeAgent(broker, await makeApp(broker))
  const before = await readMetrics(broker)
  const ahead = { ...claims, nbf: claims.nbf + 30, iat: claims.iat + 30, exp: claims.exp + 30 }
  for (const forged of [ahead, { ...claims, sid: randomHex(16) }]) {
    await broker.get('/v1/agents', signClaims(forged, key))
  }
  const after = await readMetrics(broker)
  for (const name of ['agentwrit_clock_skew_total', 'agentwrit_unknown_session_total']) {
    expect(moves(before, after, name), `${name} has not moved`)
  }
}

function moves(before: readonly Sample[], after: readonly Sample[], name: string): boolean {
  return sum(after, name) > sum(before, name)
}
