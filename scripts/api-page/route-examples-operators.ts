import type { Example } from './stage.ts'

const launch = {
  agent_name: 'nightly',
  allowed_scope: ['read:sales:2026-10'],
  ttl: 600,
  task_id: 'october',
}

export const operatorExamples: Readonly<Record<string, Example>> = {
  'GET /v1/admin/stats': async (stage) => {
    const { operator } = await stage.cast()
    return stage.ask('GET', '/v1/admin/stats', { by: operator })
  },

  'GET /v1/admin/config': async (stage) =>
    stage.ask('GET', '/v1/admin/config', { by: await stage.operator() }),

  'GET /v1/admin/brokers': async (stage) =>
    stage.ask('GET', '/v1/admin/brokers', { by: await stage.operator() }),

  'POST /v1/admin/launch-tokens': async (stage) =>
    stage.ask('POST', '/v1/admin/launch-tokens', { by: await stage.operator(), body: launch }),

  'GET /v1/admin/launch-tokens': async (stage) => {
    const by = await stage.operator()
    await stage.get('POST', '/v1/admin/launch-tokens', { by, body: launch })
    return stage.ask('GET', '/v1/admin/launch-tokens', { by })
  },

  'DELETE /v1/admin/launch-tokens/{id}': async (stage) => {
    const by = await stage.operator()
    const { id } = await stage.get('POST', '/v1/admin/launch-tokens', { by, body: launch })
    return stage.ask('DELETE', `/v1/admin/launch-tokens/${id}`, { by })
  },

  'POST /v1/admin/apps': async (stage) => {
    const body = { name: 'reports', scopes: ['read:sales:*', 'write:reports:*'], token_ttl: 3600 }
    return stage.ask('POST', '/v1/admin/apps', { by: await stage.operator(), body })
  },

  'GET /v1/admin/apps': async (stage) => {
    const { operator } = await stage.cast()
    return stage.ask('GET', '/v1/admin/apps?limit=10', { by: operator })
  },

  'GET /v1/admin/apps/{id}': async (stage) => {
    const { operator, appId } = await stage.cast()
    return stage.ask('GET', `/v1/admin/apps/${appId}`, { by: operator })
  },

  'PUT /v1/admin/apps/{id}': async (stage) => {
    const { operator, appId } = await stage.cast()
    stage.broker.advance(60_000)
    const body = { scopes: ['read:sales:*'] }
    return stage.ask('PUT', `/v1/admin/apps/${appId}`, { by: operator, body })
  },

  'DELETE /v1/admin/apps/{id}': async (stage) => {
    const { operator, appId } = await stage.cast()
    stage.broker.advance(60_000)
    return stage.ask('DELETE', `/v1/admin/apps/${appId}`, { by: operator })
  },

  'POST /v1/admin/apps/{id}/secret': async (stage) => {
    const { operator, appId } = await stage.cast()
    return stage.ask('POST', `/v1/admin/apps/${appId}/secret`, { by: operator })
  },

  'POST /v1/admin/keys/rotate': async (stage) => {
    const by = await stage.operator()
    const { command, answer } = await stage.ask('POST', '/v1/admin/keys/rotate', { by })
    // A key is drawn where no seed reaches.
    const body = answer.body.replace(/"kid":"[\w-]{43}"/, '"kid":"<id of the new key>"')
    return { command, answer: { ...answer, body } }
  },
}
