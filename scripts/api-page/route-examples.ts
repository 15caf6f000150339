import { adminSecret } from '../../broker/test/test-broker.ts'
import { auditExamples } from './route-examples-audit.ts'
import { operatorExamples } from './route-examples-operators.ts'
import type { Example, Stage } from './stage.ts'

/** One for each route: its method and path, and how it is asked so that it answers well. */
export const routeExamples: Readonly<Record<string, Example>> = {
  'GET /v1/challenge': (stage) => stage.ask('GET', '/v1/challenge'),

  'POST /v1/register': async (stage) => {
    const { app } = await stage.cast()
    const body = await stage.registration(app, 'archive')
    return stage.ask('POST', '/v1/register', { body })
  },

  'POST /v1/token/renew': async (stage) => {
    const { lead } = await stage.cast()
    const headers = { 'Idempotency-Key': '7c9e6679f7d84c0ba1d2e3f405162738' }
    const body = { scope: ['read:sales:*'] }
    return stage.ask('POST', '/v1/token/renew', { by: lead, headers, body })
  },

  'POST /v1/delegate': async (stage) => {
    const { lead, search } = await stage.cast()
    const body = { delegate_to: search.id, scope: ['read:sales:2026-10'], ttl: 120 }
    return stage.ask('POST', '/v1/delegate', { by: lead, body })
  },

  'POST /v1/token/release': async (stage) => {
    const { lead } = await stage.cast()
    return stage.ask('POST', '/v1/token/release', { by: lead })
  },

  'POST /v1/token/validate': async (stage) => {
    const { lead } = await stage.cast()
    return stage.ask('POST', '/v1/token/validate', { body: { token: lead.token } })
  },

  'GET /.well-known/jwks.json': (stage) => stage.ask('GET', '/.well-known/jwks.json'),

  'GET /v1/revocations/stream': async (stage) => {
    const { operator, app, lead } = await stage.cast()
    const body = { level: 'agent', target: lead.id }
    await stage.get('POST', '/v1/revoke', { by: operator, body })
    return stage.ask('GET', '/v1/revocations/stream', { by: app, until: 'fresh' })
  },

  'POST /v1/revoke': async (stage) => {
    const { operator, lead } = await stage.cast()
    const body = { level: 'agent', target: lead.id, reason: 'asks for what is not its business' }
    return stage.ask('POST', '/v1/revoke', { by: operator, body })
  },

  'GET /v1/revocations': async (stage) => {
    const operator = await withRevokedTask(stage)
    return stage.ask('GET', '/v1/revocations?level=task&in_force=true', { by: operator })
  },

  'DELETE /v1/revocations/{id}': async (stage) => {
    const operator = await withRevokedTask(stage)
    const { answer } = await stage.ask('GET', '/v1/revocations', { by: operator })
    const [, id = ''] = /"id":"(\w+)"/.exec(answer.body) ?? []
    return stage.ask('DELETE', `/v1/revocations/${id}`, { by: operator })
  },

  'POST /v1/app/auth': async (stage) => {
    const { client_id, client_secret } = await stage.salesCredentials(await stage.operator())
    return stage.ask('POST', '/v1/app/auth', { body: { client_id, client_secret } })
  },

  'POST /v1/app/launch-tokens': async (stage) => {
    const { app } = await stage.cast()
    return stage.ask('POST', '/v1/app/launch-tokens', { by: app, body: launch })
  },

  'GET /v1/app/launch-tokens': async (stage) => {
    const { app } = await stage.cast()
    await stage.get('POST', '/v1/app/launch-tokens', { by: app, body: launch })
    return stage.ask('GET', '/v1/app/launch-tokens', { by: app })
  },

  'DELETE /v1/app/launch-tokens/{id}': async (stage) => {
    const { app } = await stage.cast()
    const { id } = await stage.get('POST', '/v1/app/launch-tokens', { by: app, body: launch })
    return stage.ask('DELETE', `/v1/app/launch-tokens/${id}`, { by: app })
  },

  'POST /v1/admin/auth': (stage) =>
    stage.ask('POST', '/v1/admin/auth', { body: { secret: adminSecret } }),

  ...operatorExamples,
  ...auditExamples,

  'GET /v1/agents': async (stage) => {
    const { operator } = await stage.cast()
    return stage.ask('GET', '/v1/agents?task_id=october&status=active', { by: operator })
  },

  'GET /v1/agents/{id}': async (stage) => {
    const { app, lead } = await stage.cast()
    return stage.ask('GET', `/v1/agents/${encodeURIComponent(lead.id)}`, { by: app })
  },

  'GET /v1/agents/{id}/key': async (stage) => {
    const { lead, search } = await stage.cast()
    return stage.ask('GET', `/v1/agents/${encodeURIComponent(lead.id)}/key`, { by: search })
  },

  'GET /v1/delegations': async (stage) => {
    const { operator, lead, search } = await stage.cast()
    const body = { delegate_to: search.id, scope: ['read:sales:2026-10'] }
    await stage.get('POST', '/v1/delegate', { by: lead, body })
    return stage.ask('GET', '/v1/delegations?task_id=october', { by: operator })
  },

  'GET /v1/health': (stage) => stage.ask('GET', '/v1/health'),
  'GET /livez': (stage) => stage.ask('GET', '/livez'),
  'GET /readyz': (stage) => stage.ask('GET', '/readyz'),

  'GET /v1/metrics': async (stage) => {
    await stage.cast()
    const { command, answer } = await stage.ask('GET', '/v1/metrics')
    const lines = answer.body.split('\n').filter((line) => line.includes('agentwrit_tokens_issued'))
    return { command, answer: { ...answer, body: [...lines, '…'].join('\n') } }
  },

  'GET /v1/openapi.json': async (stage) => {
    const { command, answer } = await stage.ask('GET', '/v1/openapi.json')
    const { openapi, info } = JSON.parse(answer.body)
    const long = { tags: '…', paths: '…', components: '…' }
    return { command, answer: { ...answer, body: JSON.stringify({ openapi, info, ...long }) } }
  },
}

const launch = { agent_name: 'archive', allowed_scope: ['read:sales:2026-10'], max_ttl: 300 }

async function withRevokedTask(stage: Stage) {
  const { operator } = await stage.cast()
  const body = { level: 'task', target: 'october', reason: 'ordered by mistake' }
  await stage.get('POST', '/v1/revoke', { by: operator, body })
  return operator
}
