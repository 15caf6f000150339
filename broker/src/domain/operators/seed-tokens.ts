import { formatDetail } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { requireEpochBegun } from '../epoch/until-epoch.ts'
import { Fault } from '../fault.ts'
import { drawLaunchToken, issuedEvent } from '../launch-tokens/create-launch-token.ts'
import { beginAdminSession } from './authenticate-operator.ts'

export interface SeedTokens {
  /** 64 hex characters; its scope is `*:*:*` as in AgentWrit 2.0, which by contract 2.8 covers nothing but itself. */
  readonly launchToken: string
  /** An admin's JWT. */
  readonly adminToken: string
}

/** Seconds. */
const LIFETIME = 3600

/** Two credentials for a developer's own machine (`AA_SEED_TOKENS`, contract 6.2); refused anywhere else at start-up. */
export async function makeSeedTokens(context: Context): Promise<SeedTokens> {
  // Else the launch token would be kept, and dead, when the sign-in is refused.
  requireEpochBegun(context)
  const lifetime = Math.min(LIFETIME, context.config.maxTtl)
  const { secret, token } = drawLaunchToken(
    context,
    { agent_name: 'seed-agent', allowed_scope: ['*:*:*'], max_ttl: lifetime, ttl: lifetime },
    { createdBy: 'system' },
  )
  const kept = await context.store.launchTokens.create(token, undefined, [issuedEvent(token)])
  if (!kept.kept) throw new Fault('internal_error', 'the seed launch token was not kept')
  const admin = await beginAdminSession(context, lifetime, ({ jti }, ttl) => ({
    event_type: 'token_issued',
    actor: 'system',
    outcome: 'success',
    jti,
    detail: formatDetail('seed admin token issued', { jti, ttl }),
  }))
  return { launchToken: secret, adminToken: admin.token }
}
