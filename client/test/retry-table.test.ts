// Which call is sent again after what: each row of the table in the README, against each way to fail.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Broker, Operator } from '@agentwrit/client'
import { problem, serve, stillSurroundings } from './local-server.ts'
import type { Reply } from './local-server.ts'

const signedIn: Reply = { body: { access_token: 'session', expires_in: 300 } }
const agentId = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'
const registration = {
  launch_token: 'a'.repeat(64),
  nonce: 'b'.repeat(64),
  public_key: 'key',
  signature: 'signature',
  orch_id: 'o',
  task_id: 't',
  requested_scope: ['read:data:1'],
}

type Ask = (broker: Broker) => Promise<unknown>

/** The operator signs in by a route that works. */
const asOperator =
  (ask: (operator: Operator) => Promise<unknown>): Ask =>
  async (broker) =>
    ask(await Operator.signIn({ broker, secret: 'a-secret' }))

const first = async (items: AsyncIterableIterator<unknown>) => items.next()

/** Always safe to repeat: it changes nothing, or nothing more. */
const safe: Readonly<Record<string, Ask>> = {
  health: (broker) => broker.health(),
  readyz: (broker) => broker.readyz(),
  jwks: (broker) => broker.jwks(),
  openapi: (broker) => broker.openapi(),
  metrics: (broker) => broker.metrics(),
  challenge: (broker) => broker.challenge(),
  validate: (broker) => broker.validate('token'),
  release: (broker) => broker.release('token'),
  getAgentKey: (broker) => broker.getAgentKey('token', agentId),
  'renew by name': (broker) => broker.renew('token', { idempotencyKey: 'k'.repeat(22) }),
  listAuditEvents: asOperator((operator) => first(operator.listAuditEvents())),
  verifyAudit: asOperator((operator) => operator.verifyAudit()),
  listAgents: asOperator((operator) => first(operator.listAgents())),
  getApp: asOperator((operator) => operator.getApp('app-1')),
  deregisterApp: asOperator((operator) => operator.deregisterApp('app-1')),
  revoke: asOperator((operator) => operator.revoke({ level: 'task', target: 't' })),
  liftRevocation: asOperator((operator) => operator.liftRevocation('rev-1')),
}

const signIns: Readonly<Record<string, Ask>> = {
  'sign-in of an operator': (broker) => broker.signIn({ secret: 'a-secret' }),
  'sign-in of an app': (broker) => broker.signInApp({ client_id: 'c', client_secret: 's' }),
}

/** A second time could act twice. */
const once: Readonly<Record<string, Ask>> = {
  register: (broker) => broker.register(registration),
  'renew without a name': (broker) => broker.renew('token'),
  delegate: (broker) => broker.delegate('token', { delegate_to: agentId, scope: ['a:b:c'] }),
  createLaunchToken: asOperator((operator) =>
    operator.createLaunchToken({ agent_name: 'n', allowed_scope: ['a:b:c'] }),
  ),
  deleteLaunchToken: asOperator((operator) => operator.deleteLaunchToken('lt-1')),
  registerApp: asOperator((operator) => operator.registerApp({ name: 'n', scopes: ['a:b:c'] })),
  updateApp: asOperator((operator) => operator.updateApp('app-1', { token_ttl: 60 })),
  rotateAppSecret: asOperator((operator) => operator.rotateAppSecret('app-1')),
  rotateSigningKey: asOperator((operator) => operator.rotateSigningKey()),
  'revoke of the admin': asOperator((operator) =>
    operator.revoke({ level: 'agent', target: 'admin' }),
  ),
}

const failures: Readonly<Record<string, Reply | 'hang up'>> = {
  'a broken connection': 'hang up',
  408: problem(408, 'request_timeout'),
  429: problem(429, 'rate_limited'),
  500: problem(500, 'internal_error'),
  503: problem(503, 'service_unavailable'),
}

const rows = [
  { asks: safe, repeated: Object.keys(failures) },
  { asks: signIns, repeated: Object.keys(failures).filter((failure) => failure !== '408') },
  { asks: once, repeated: [] },
]

for (const { asks, repeated } of rows) {
  for (const [name, ask] of Object.entries(asks)) {
    test(`${name} is sent again after ${repeated.join(', ') || 'nothing that was sent'}`, async () => {
      for (const [failure, reply] of Object.entries(failures)) {
        assert.equal(await attempts(ask, reply), repeated.includes(failure) ? 3 : 1, failure)
      }
      for (const refusal of [problem(400, 'invalid_request'), problem(409, 'conflict')])
        assert.equal(await attempts(ask, refusal), 1, 'a refusal')
    })
  }
}

test('every call is tried again when its connection was never made', async () => {
  const closed = await serve(() => undefined)
  await closed[Symbol.asyncDispose]()
  for (const [name, ask] of rows.flatMap(({ asks }) => Object.entries(asks))) {
    await using server = await serve(() => signedIn)
    const surroundings = stillSurroundings()
    const isNeeded = !(name in signIns)
    const sendTo: typeof fetch = (input, init) => {
      const { href, pathname } = new URL(new Request(input).url)
      const isSignIn = isNeeded && pathname.endsWith('/auth')
      return fetch(isSignIn ? href : href.replace(server.url, closed.url), init)
    }
    await assert.rejects(ask(new Broker(server.url, { surroundings, fetch: sendTo })))
    assert.equal(surroundings.pauses.length, 2, name)
  }
})

/** How often a call is sent to a server that always answers like this. */
async function attempts(ask: Ask, reply: Reply | 'hang up'): Promise<number> {
  const isSignIn = Object.values(signIns).includes(ask)
  await using server = await serve(({ path }) =>
    path.endsWith('/auth') && !isSignIn ? signedIn : reply,
  )
  await assert.rejects(ask(new Broker(server.url, { surroundings: stillSurroundings() })))
  const isCounted = ({ path }: { readonly path: string }) => isSignIn || !path.endsWith('/auth')
  return server.received.filter(isCounted).length
}
