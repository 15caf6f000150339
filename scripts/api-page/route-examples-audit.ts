import type { Example } from './stage.ts'

export const auditExamples: Readonly<Record<string, Example>> = {
  'GET /v1/audit/events': async (stage) => {
    const { operator, lead } = await stage.cast()
    const path = `/v1/audit/events?limit=1&agent_id=${encodeURIComponent(lead.id)}`
    return stage.ask('GET', path, { by: operator })
  },

  'GET /v1/audit/stream': async (stage) => {
    const { app, lead } = await stage.cast()
    const meanwhile = () => stage.get('POST', '/v1/token/renew', { by: lead })
    const path = '/v1/audit/stream?event_type=token_renewed'
    return stage.ask('GET', path, { by: app, until: 'audit', meanwhile })
  },

  'GET /v1/audit/keys': async (stage) =>
    stage.ask('GET', '/v1/audit/keys', { by: await stage.operator() }),

  'GET /v1/audit/verify': async (stage) => {
    const { operator } = await stage.cast()
    return stage.ask('GET', '/v1/audit/verify', { by: operator })
  },
}
