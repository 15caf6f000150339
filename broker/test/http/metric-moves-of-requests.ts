// What moves the other metrics of contract section 8.
import { DatabaseSync } from 'node:sqlite'
import type { Claims } from '@agentwrit/protocol'
import { pruneAudit } from '../../src/domain/audit/prune-audit.ts'
import { ask } from '../ask.ts'
import { decodeToken } from '../decode-token.ts'
import { launchBy, signInAdmin } from '../lineages.ts'
import { freshNonce, register, registration } from '../proof.ts'
import { adminSecret, type TestBroker } from '../test-broker.ts'
import { post, wider, type World } from './audit-world.ts'
import {
  answered,
  failed,
  launched,
  registered,
  signedIn,
  skewed,
  unknownSession,
  written,
} from './metric-changes.ts'
import { act, type Move } from './metric-move.ts'

const launch = { agent_name: 'worker', allowed_scope: ['read:data:*'] }

export const refusals: Readonly<Record<string, Move>> = {
  'a registration shows a wrong signature': {
    prepare: async ({ broker, app }) => {
      const launchToken = await launchBy(broker, app)
      const good = registration({ launchToken, nonce: await freshNonce(broker) })
      const signature = Buffer.alloc(64).toString('base64')
      return () => register(broker, { ...good, signature })
    },
    changes: {
      ...registered('failure'),
      ...written('registration_failed'),
      ...answered('/v1/register', '4xx'),
    },
  },
  'a registration is no registration': {
    prepare: act((world) => post(world, '/v1/register', { body: { nonce: 7 } })),
    changes: { ...registered('failure'), ...answered('/v1/register', '4xx') },
  },
  'an operator shows a wrong secret': {
    prepare: act((world) => post(world, '/v1/admin/auth', { body: { secret: 'wrong' } })),
    changes: {
      ...signedIn('failure'),
      ...written('admin_auth_failed'),
      ...answered('/v1/admin/auth', '4xx'),
    },
  },
  'an operator has asked too often': {
    prepare: async (world) => {
      world.broker.advance(2000)
      for (let time = 0; time < 10; time += 1) await signInAdmin(world.broker)
      return () => post(world, '/v1/admin/auth', { body: { secret: adminSecret } })
    },
    changes: {
      ...signedIn('failure'),
      ...written('admin_rate_limited'),
      ...answered('/v1/admin/auth', '4xx'),
    },
  },
  'a token lies in the future': {
    prepare: forged((claims) => ({ ...claims, nbf: claims.nbf + 30, iat: claims.iat + 30 })),
    changes: { ...skewed, ...answered('/v1/token/validate', '2xx') },
  },
  'a well-signed token names no known session': {
    prepare: forged((claims) => ({ ...claims, sid: 'f'.repeat(32) })),
    changes: {
      ...unknownSession,
      ...written('token_auth_failed'),
      ...answered('/v1/token/validate', '2xx'),
    },
  },
}

export const launches: Readonly<Record<string, Move>> = {
  'an operator makes a launch token': {
    prepare: act((world) =>
      post(world, '/v1/admin/launch-tokens', { bearer: world.admin.token, body: launch }),
    ),
    changes: {
      ...launched,
      ...written('launch_token_issued'),
      ...answered('/v1/admin/launch-tokens', '2xx'),
    },
  },
  'an app makes a launch token': {
    prepare: act((world) =>
      post(world, '/v1/app/launch-tokens', { bearer: world.app.token, body: launch }),
    ),
    changes: {
      ...launched,
      ...written('launch_token_issued'),
      ...answered('/v1/app/launch-tokens', '2xx'),
    },
  },
  'an app asks for more than its ceiling': {
    prepare: act((world) =>
      post(world, '/v1/app/launch-tokens', {
        bearer: world.app.token,
        body: { ...launch, allowed_scope: wider },
      }),
    ),
    changes: { ...written('scope_ceiling_exceeded'), ...answered('/v1/app/launch-tokens', '4xx') },
  },
  'launch tokens are listed': {
    prepare: act(({ broker, app }) =>
      ask(broker, 'GET', '/v1/app/launch-tokens', { bearer: app.token }),
    ),
    changes: answered('/v1/app/launch-tokens', '2xx'),
  },
}

export const failures: Readonly<Record<string, Move>> = {
  'a change cannot be kept': {
    prepare: act((world) =>
      without('launch_tokens', world.broker, () =>
        post(world, '/v1/app/launch-tokens', { bearer: world.app.token, body: launch }),
      ),
    ),
    changes: { ...failed('commit'), ...answered('/v1/app/launch-tokens', '5xx') },
  },
  'a row cannot be read': {
    prepare: act(({ broker, admin, made }) =>
      without('apps', broker, () =>
        ask(broker, 'GET', `/v1/admin/apps/${made.app_id}`, { bearer: admin.token }),
      ),
    ),
    changes: { ...failed('read'), ...answered('/v1/admin/apps/{id}', '5xx') },
  },
  'a list cannot be read': {
    prepare: act(({ broker, admin }) =>
      without('apps', broker, () => ask(broker, 'GET', '/v1/admin/apps', { bearer: admin.token })),
    ),
    changes: { ...failed('scan'), ...answered('/v1/admin/apps', '5xx') },
  },
}

export const upkeep: Readonly<Record<string, Move>> = {
  'audit events are too old to be kept': {
    prepare: async ({ broker }) => {
      const prune = () => pruneAudit(broker.broker.context)
      for (const _ of ['what others left', 'what told of it']) {
        broker.advance(31 * 86_400_000)
        await prune()
      }
      broker.advance(31 * 86_400_000)
      return prune
    },
    changes: written('audit_pruned'),
  },
}

/** Signed by the broker's own key, as a thief of it would. */
function forged(change: (claims: Claims) => Claims): Move['prepare'] {
  return act((world) => {
    const token = forge(world, change)
    return post(world, '/v1/token/validate', { body: { token } })
  })
}

function forge({ broker, agent }: World, change: (claims: Claims) => Claims): string {
  const { kid, ...claims } = decodeToken(agent.token)
  const token = broker.broker.context.keys.signAgain(change(claims), kid)
  if (token === undefined) throw new Error('the key of a live token is gone')
  return token
}

/** While the table is not there. */
async function without(
  table: string,
  { databasePath }: TestBroker,
  action: () => Promise<unknown>,
): Promise<void> {
  using database = new DatabaseSync(databasePath)
  database.exec(`alter table ${table} rename to hidden`)
  await action()
  database.exec(`alter table hidden rename to ${table}`)
}
