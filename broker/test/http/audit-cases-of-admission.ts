// How each event about who is let in is provoked, and what it must tell.
import type { AuditEventType } from '@agentwrit/protocol'
import { registerApp } from '../apps.ts'
import { ask } from '../ask.ts'
import { launchBy, registerUnder, signInApp } from '../lineages.ts'
import { freshNonce, register, registration } from '../proof.ts'
import { adminSecret } from '../test-broker.ts'
import {
  anonymous,
  byAdmin,
  byApp,
  denied,
  post,
  success,
  wider,
  type Case,
  type World,
} from './audit-world.ts'

const launch = { agent_name: 'worker', allowed_scope: ['read:data:*'] }

async function registerAs(
  world: World,
  members: { readonly scope?: string[]; readonly launchToken?: string },
): Promise<void> {
  const launchToken = members.launchToken ?? (await launchBy(world.broker, world.app))
  const nonce = await freshNonce(world.broker)
  const scope = members.scope ?? ['read:data:*']
  await register(world.broker, registration({ launchToken, nonce, scope }))
}

export const admissionCases: Readonly<Partial<Record<AuditEventType, Case>>> = {
  admin_auth: {
    provoke: (world) => post(world, '/v1/admin/auth', { body: { secret: adminSecret } }),
    members: () => ({ actor: 'admin', ...success }),
  },
  admin_auth_failed: {
    provoke: (world) => post(world, '/v1/admin/auth', { body: { secret: 'wrong' } }),
    members: () => ({ ...anonymous, ...denied }),
  },
  admin_rate_limited: {
    provoke: async (world) => {
      for (let time = 0; time < 11; time += 1) {
        await post(world, '/v1/admin/auth', { body: { secret: adminSecret } })
      }
    },
    members: () => ({ ...anonymous, ...denied }),
  },
  launch_token_issued: {
    provoke: ({ broker, app }) => launchBy(broker, app),
    members: (world) => ({ ...byApp(world), ...success }),
    detail: ({ made }) =>
      new RegExp(
        `agent=worker \\| scope=\\[read:data:\\*\\] \\| max_ttl=\\d+ \\| created_by=app:${made.app_id}`,
      ),
  },
  launch_token_denied: {
    provoke: (world) =>
      post(world, '/v1/app/launch-tokens', {
        bearer: world.app.token,
        body: { ...launch, allowed_scope: ['admin:revoke:*'] },
      }),
    members: (world) => ({ ...byApp(world), ...denied }),
  },
  launch_token_deleted: {
    provoke: async (world) => {
      const { broker, app } = world
      const shown = { bearer: app.token, body: launch }
      const { body } = await post(world, '/v1/app/launch-tokens', shown)
      const path = `/v1/app/launch-tokens/${String(body['id'])}`
      await ask(broker, 'DELETE', path, { bearer: app.token })
    },
    members: (world) => ({ ...byApp(world), ...success }),
  },
  scope_ceiling_exceeded: {
    provoke: (world) =>
      post(world, '/v1/app/launch-tokens', {
        bearer: world.app.token,
        body: { ...launch, allowed_scope: wider },
      }),
    members: (world) => ({ ...byApp(world), ...denied }),
    detail: () => /requested=\[write:data:\*\] \| ceiling=\[read:data:\*\]/,
  },
  agent_registered: {
    provoke: async ({ broker, app }) => registerUnder(broker, await launchBy(broker, app), 'may'),
    members: ({ made }, { actor }) => ({
      agent_id: actor,
      task_id: 'may',
      app_id: made.app_id,
      jti: undefined,
      ...success,
    }),
    detail: () => /agent=worker \| launch_token=[0-9a-f]{16}/,
  },
  registration_policy_violation: {
    provoke: (world) => registerAs(world, { scope: wider }),
    members: ({ made }) => ({ ...anonymous, app_id: made.app_id, task_id: 'task', ...denied }),
    detail: () => /requested=\[write:data:\*\] \| allowed=\[read:data:\*\]/,
  },
  registration_failed: {
    provoke: (world) => registerAs(world, { launchToken: 'f'.repeat(64) }),
    members: () => ({ ...anonymous, task_id: 'task', ...denied }),
    detail: () => /reason=launch_token_unknown/,
  },
  app_registered: {
    provoke: ({ broker }) => registerApp(broker, { name: 'newcomer' }),
    members: () => ({ actor: 'admin', ...success }),
    detail: () => /name=newcomer .* scope=\[read:data:\*\]/,
  },
  app_updated: {
    provoke: ({ broker, admin, made }) =>
      ask(broker, 'PUT', `/v1/admin/apps/${made.app_id}`, {
        bearer: admin.token,
        body: { token_ttl: 600 },
      }),
    members: (world) => ({ ...byAdmin(world), app_id: world.made.app_id, ...success }),
  },
  scopes_ceiling_updated: {
    provoke: ({ broker, admin, made }) =>
      ask(broker, 'PUT', `/v1/admin/apps/${made.app_id}`, {
        bearer: admin.token,
        body: { scopes: wider },
      }),
    members: (world) => ({ ...byAdmin(world), app_id: world.made.app_id, ...success }),
    detail: () =>
      /added=\[write:data:\*\] \| removed=\[read:data:\*\] \| old=\[read:data:\*\] \| new=\[write:data:\*\]/,
  },
  app_deregistered: {
    provoke: ({ broker, admin, made }) =>
      ask(broker, 'DELETE', `/v1/admin/apps/${made.app_id}`, { bearer: admin.token }),
    members: (world) => ({ ...byAdmin(world), app_id: world.made.app_id, ...success }),
  },
  app_secret_rotated: {
    provoke: (world) =>
      post(world, `/v1/admin/apps/${world.made.app_id}/secret`, { bearer: world.admin.token }),
    members: (world) => ({ ...byAdmin(world), app_id: world.made.app_id, ...success }),
  },
  app_authenticated: {
    provoke: ({ broker, made }) => signInApp(broker, made),
    members: ({ made }) => ({ actor: `app:${made.app_id}`, app_id: made.app_id, ...success }),
  },
  app_auth_failed: {
    provoke: (world) =>
      post(world, '/v1/app/auth', {
        body: { client_id: world.made.client_id, client_secret: 'wrong' },
      }),
    members: ({ made }) => ({ ...anonymous, app_id: made.app_id, ...denied }),
    detail: () => /reason=wrong_secret/,
  },
  app_rate_limited: {
    provoke: async (world) => {
      const body = { client_id: 'somebody', client_secret: 'wrong' }
      for (let time = 0; time < 4; time += 1) await post(world, '/v1/app/auth', { body })
    },
    members: () => ({ ...anonymous, ...denied }),
  },
  signing_key_rotated: {
    provoke: (world) => post(world, '/v1/admin/keys/rotate', { bearer: world.admin.token }),
    members: (world) => ({ ...byAdmin(world), ...success }),
    detail: () => /kid=[\w-]{43}/,
  },
  token_issued: {
    provoke: async ({ broker, app }) => registerUnder(broker, await launchBy(broker, app), 'may'),
    members: ({ made }, { actor }) => ({
      agent_id: actor,
      task_id: 'may',
      app_id: made.app_id,
      ...success,
    }),
    detail: () => /jti=[0-9a-f]{32} \| ttl=300/,
  },
}
