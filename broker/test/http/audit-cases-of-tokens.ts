// How each event about what becomes of a token is provoked, and what it must tell.
import type { AuditEventType } from '@agentwrit/protocol'
import { ask } from '../ask.ts'
import { delegated, renewed, revokeAs } from '../lineages.ts'
import {
  anonymous,
  byAdmin,
  byApp,
  byWorker,
  denied,
  post,
  success,
  wider,
  type Case,
} from './audit-world.ts'

const unknownAgent = 'spiffe://agentwrit.local/agent/o/t/00112233aabbccdd'
const key = 'k'.repeat(22)

export const tokenCases: Readonly<Partial<Record<AuditEventType, Case>>> = {
  token_renewed: {
    provoke: ({ broker, grandchild }) => renewed(broker, grandchild),
    members: (world, { jti, deleg_chain_hash: hash }) => ({
      ...byWorker(world),
      ...(jti === undefined ? {} : { jti }),
      ...(hash === undefined ? {} : { deleg_chain_hash: hash }),
      ...success,
    }),
    detail: ({ grandchild }) => new RegExp(`old_jti=${grandchild.claims.jti}`),
  },
  token_renewal_failed: {
    provoke: (world) =>
      post(world, '/v1/token/renew', { bearer: world.grandchild.token, body: { scope: wider } }),
    members: (world) => ({ ...byWorker(world), ...denied }),
    detail: () => /reason=/,
  },
  token_renewal_repeated: {
    provoke: async (world) => {
      const shown = { bearer: world.grandchild.token, idempotencyKey: key }
      await post(world, '/v1/token/renew', shown)
      await post(world, '/v1/token/renew', shown)
    },
    members: (world) => ({ ...byWorker(world), ...success }),
    detail: () => /successor=[0-9a-f]{32}/,
  },
  token_reuse_detected: {
    provoke: async (world) => {
      await renewed(world.broker, world.grandchild)
      world.broker.advance(11_000)
      await post(world, '/v1/token/renew', { bearer: world.grandchild.token })
    },
    members: (world) => ({ ...byWorker(world), actor: 'system', ...denied }),
    detail: () => /successor=[0-9a-f]{32}/,
  },
  token_released: {
    provoke: (world) => post(world, '/v1/token/release', { bearer: world.grandchild.token }),
    members: (world) => ({ ...byWorker(world), ...success }),
    detail: ({ grandchild }) => new RegExp(`jti=${grandchild.claims.jti}`),
  },
  token_revoked: {
    provoke: ({ broker, app, child }) =>
      revokeAs(broker, app, { level: 'token', target: child.claims.jti, reason: 'lost' }),
    members: (world) => ({
      actor: byApp(world).actor ?? '',
      agent_id: world.delegate.claims.sub,
      task_id: 'october',
      app_id: world.made.app_id,
      jti: world.app.claims.jti,
      ...success,
    }),
    detail: ({ child }) => new RegExp(`level=token \\| target=${child.claims.jti} \\| reason=lost`),
  },
  revocation_effect: {
    provoke: ({ broker, admin, agent }) =>
      revokeAs(broker, admin, { level: 'agent', target: agent.claims.sub }),
    members: ({ agent, made }) => ({
      actor: 'admin',
      agent_id: agent.claims.sub,
      app_id: made.app_id,
      ...success,
    }),
    detail: () => /revocation=[0-9a-f]{32} \| level=agent \| count=3 \| count_complete=true/,
  },
  revocation_denied: {
    provoke: ({ broker, app }) => revokeAs(broker, app, { level: 'task', target: 'october' }),
    members: (world) => ({ ...byApp(world), ...denied }),
    detail: () => /reason=/,
  },
  revocation_lifted: {
    provoke: async ({ broker, admin }) => {
      const { body } = await revokeAs(broker, admin, { level: 'task', target: 'may' })
      const path = `/v1/revocations/${String(body['id'])}`
      await ask(broker, 'DELETE', path, { bearer: admin.token })
    },
    members: (world) => ({ ...byAdmin(world), task_id: 'may', ...success }),
  },
  delegation_created: {
    provoke: ({ broker, grandchild, delegate }) => delegated(broker, grandchild, delegate),
    members: (world, { jti, deleg_chain_hash: hash }) => ({
      ...byWorker(world),
      agent_id: world.delegate.claims.sub,
      intermediate_agents: [world.delegate.claims.sub, world.worker.claims.sub],
      deleg_depth: 3,
      ...(jti === undefined ? {} : { jti }),
      ...(hash === undefined ? {} : { deleg_chain_hash: hash }),
      ...success,
    }),
    detail: ({ grandchild }) => new RegExp(`parent_jti=${grandchild.claims.jti}`),
  },
  delegation_attenuation_violation: {
    provoke: (world) =>
      post(world, '/v1/delegate', {
        bearer: world.grandchild.token,
        body: { delegate_to: world.delegate.claims.sub, scope: wider },
      }),
    members: (world) => ({ ...byWorker(world), ...denied }),
    detail: () => /requested=\[write:data:\*\] \| held=\[read:data:\*\]/,
  },
  delegation_denied: {
    provoke: (world) =>
      post(world, '/v1/delegate', {
        bearer: world.grandchild.token,
        body: { delegate_to: unknownAgent, scope: ['read:data:*'] },
      }),
    members: (world) => ({ ...byWorker(world), ...denied }),
    detail: () => /reason=/,
  },
  token_auth_failed: {
    provoke: (world) => post(world, '/v1/token/renew', { bearer: 'garbage' }),
    members: () => ({ ...anonymous, resource: '/v1/token/renew', ...denied }),
    detail: () => /reason=/,
  },
  token_revoked_access: {
    provoke: async ({ broker, admin, grandchild, agent }) => {
      await revokeAs(broker, admin, { level: 'chain', target: agent.claims.sub })
      await ask(broker, 'GET', '/v1/agents', { bearer: grandchild.token })
    },
    members: (world) => ({ ...byWorker(world), resource: '/v1/agents', ...denied }),
    detail: () => /reason=revoked/,
  },
  scope_violation: {
    provoke: ({ broker, grandchild }) =>
      ask(broker, 'GET', '/v1/audit/events', { bearer: grandchild.token }),
    members: (world) => ({ ...byWorker(world), resource: '/v1/audit/events', ...denied }),
    detail: () => /required=admin:audit:\* \| actual=\[read:data:\*\]/,
  },
}
