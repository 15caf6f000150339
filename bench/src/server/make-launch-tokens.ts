import assert from 'node:assert/strict'
import { formatDetail, lineageOf } from '@agentwrit/protocol'
import type { Context } from '../../../broker/src/domain/context.ts'
import {
  drawLaunchToken,
  issuedEvent,
} from '../../../broker/src/domain/launch-tokens/create-launch-token.ts'
import { beginAdminSession } from '../../../broker/src/domain/operators/authenticate-operator.ts'
import type { PresentedSession } from '../../../broker/src/domain/tokens/presented-session.ts'
import { launchedScope } from '../launched-scope.ts'
import { inPortions } from './in-portions.ts'

/** As a signed-in operator makes them, so that a registration has all its guards to pass. */
export async function makeLaunchTokens(context: Context, count: number): Promise<string[]> {
  const { claims, kid } = await beginAdminSession(context, 3600, ({ jti }, ttl) => ({
    event_type: 'admin_auth',
    actor: 'admin',
    outcome: 'success',
    jti,
    detail: formatDetail('admin signed in', { jti, ttl }),
  }))
  const { sid = '', jti, iat } = claims
  const creator = { sid, jti, iat, kids: [kid], lineage: lineageOf(claims) }
  return inPortions(count, () => makeLaunchToken(context, creator))
}

async function makeLaunchToken(context: Context, creator: PresentedSession): Promise<string> {
  const { secret, token } = drawLaunchToken(
    context,
    { agent_name: 'bench', allowed_scope: [...launchedScope], ttl: 3600 },
    { createdBy: 'admin', creatorSid: creator.sid },
  )
  const outcome = await context.store.launchTokens.create(token, creator, [issuedEvent(token)])
  assert.ok(outcome.kept, 'a launch token was not kept')
  return secret
}
