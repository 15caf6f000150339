// What moves the metrics that tell of tokens (contract section 8).
import type { RevokeRequest } from '@agentwrit/protocol'
import { ask } from '../ask.ts'
import {
  agentOf,
  delegated,
  launchBy,
  renewed,
  revokeAs,
  signInAdmin,
  signInApp,
} from '../lineages.ts'
import { freshNonce, register, registration } from '../proof.ts'
import type { World } from './audit-world.ts'
import {
  agents,
  answered,
  issued,
  killed,
  registered,
  signedIn,
  written,
  writtenApart,
} from './metric-changes.ts'
import { act, type Move } from './metric-move.ts'

export const issues: Readonly<Record<string, Move>> = {
  'an operator signs in': {
    prepare: act(({ broker }) => signInAdmin(broker)),
    changes: {
      ...issued('admin'),
      ...signedIn('success'),
      ...written('admin_auth'),
      ...answered('/v1/admin/auth', '2xx'),
    },
  },
  'an app signs in': {
    prepare: act(({ broker, made }) => signInApp(broker, made)),
    changes: {
      ...issued('app'),
      ...written('app_authenticated'),
      ...answered('/v1/app/auth', '2xx'),
    },
  },
  'an app renews': {
    prepare: act(({ broker, app }) => renewed(broker, app)),
    changes: {
      ...issued('app'),
      ...written('token_renewed'),
      ...answered('/v1/token/renew', '2xx'),
    },
  },
  'an agent registers': {
    prepare: async ({ broker, app }) => {
      const launchToken = await launchBy(broker, app)
      const good = registration({ launchToken, nonce: await freshNonce(broker) })
      return () => register(broker, good)
    },
    changes: {
      ...issued('agent'),
      ...registered('success'),
      ...agents(1),
      ...written('agent_registered', 'token_issued'),
      ...answered('/v1/register', '2xx'),
    },
  },
  'an agent renews': {
    prepare: act(({ broker, agent }) => renewed(broker, agent)),
    changes: {
      ...issued('agent'),
      ...written('token_renewed'),
      ...answered('/v1/token/renew', '2xx'),
    },
  },
  'an agent delegates': {
    prepare: act(({ broker, agent, worker }) => delegated(broker, agent, worker)),
    changes: {
      ...issued('delegated'),
      ...written('delegation_created'),
      ...answered('/v1/delegate', '2xx'),
    },
  },
  'a delegate renews what it was handed': {
    prepare: act(({ broker, grandchild }) => renewed(broker, grandchild)),
    changes: {
      ...issued('delegated'),
      ...written('token_renewed'),
      ...answered('/v1/token/renew', '2xx'),
    },
  },
}

/** The agent's token has two descendants; those who hold them stay active by their own. */
export const ends: Readonly<Record<string, Move>> = {
  'a token is revoked': {
    prepare: revocation('token', ({ agent }) => agent.claims.jti),
    changes: {
      ...killed('token', 3),
      ...agents(-1),
      ...writtenApart('token_revoked', 'revocation_effect'),
      ...answered('/v1/revoke', '2xx'),
    },
  },
  'an agent is revoked': {
    prepare: revocation('agent', ({ delegate }) => delegate.claims.sub),
    changes: {
      ...killed('agent', 3),
      ...agents(-1),
      ...writtenApart('token_revoked', 'revocation_effect'),
      ...answered('/v1/revoke', '2xx'),
    },
  },
  'a task is revoked': {
    prepare: async (world) => {
      const { broker, app, delegate } = world
      await delegated(broker, await agentOf(broker, app, 'july'), delegate)
      return revocation('task', 'july')(world)
    },
    changes: {
      ...killed('task', 2),
      ...agents(-1),
      ...writtenApart('token_revoked', 'revocation_effect'),
      ...answered('/v1/revoke', '2xx'),
    },
  },
  'a delegation tree is revoked': {
    prepare: revocation('chain', ({ agent }) => agent.claims.sub),
    changes: {
      ...killed('chain', 3),
      ...agents(-1),
      ...writtenApart('token_revoked', 'revocation_effect'),
      ...answered('/v1/revoke', '2xx'),
    },
  },
  'the sign-ins of an app are revoked': {
    prepare: async (world) => {
      await signInApp(world.broker, world.made)
      return revocation('agent', ({ made }) => `app:${made.app_id}`)(world)
    },
    // Two sign-ins, and all that one of them has launched.
    changes: {
      ...killed('agent', 7),
      ...agents(-3),
      ...writtenApart('token_revoked', 'revocation_effect'),
      ...answered('/v1/revoke', '2xx'),
    },
  },
  'an agent releases its token': {
    prepare: act(({ broker, agent }) =>
      ask(broker, 'POST', '/v1/token/release', { bearer: agent.token }),
    ),
    changes: {
      ...killed('release', 3),
      ...agents(-1),
      ...writtenApart('token_released', 'revocation_effect'),
      ...answered('/v1/token/release', '2xx'),
    },
  },
  'a released token is released again': {
    prepare: async ({ broker, worker }) => {
      const release = () => ask(broker, 'POST', '/v1/token/release', { bearer: worker.token })
      await release()
      return release
    },
    changes: answered('/v1/token/release', '2xx'),
  },
  'an app is deregistered': {
    prepare: act(({ broker, admin, made }) =>
      ask(broker, 'DELETE', `/v1/admin/apps/${made.app_id}`, { bearer: admin.token }),
    ),
    changes: {
      ...killed('app', 6),
      ...agents(-3),
      ...writtenApart('app_deregistered', 'revocation_effect'),
      ...answered('/v1/admin/apps/{id}', '2xx'),
    },
  },
  'a superseded token is used again after its renewal': {
    prepare: async ({ broker, worker }) => {
      await renewed(broker, worker)
      broker.advance(11_000)
      return () => ask(broker, 'POST', '/v1/token/renew', { bearer: worker.token })
    },
    changes: {
      ...killed('token', 1),
      ...agents(-1),
      ...writtenApart('token_reuse_detected', 'revocation_effect'),
      ...answered('/v1/token/renew', '4xx'),
    },
  },
  'tokens expire': {
    prepare: act(async ({ broker }) => broker.advance(301_000)),
    changes: agents(-3),
  },
}

/** By an operator; the count is computed and written behind the revocation itself. */
function revocation(level: RevokeRequest['level'], target: string | ((world: World) => string)) {
  return act((world) => {
    const wanted = typeof target === 'string' ? target : target(world)
    return revokeAs(world.broker, world.admin, { level, target: wanted })
  })
}
