import { formatDetail } from '@agentwrit/protocol'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { ownerOf } from './launch-token-owner.ts'

/** The token registers nobody any more; agents it made live on (contract 4.27). Not the caller's, used, expired: 404. */
export async function deleteLaunchToken(
  context: Context,
  caller: Caller,
  id: string,
): Promise<void> {
  const { claims, origin } = caller
  const token = await context.store.launchTokens.findById(id, ownerOf(caller))
  const isUsable =
    token !== undefined && token.usedAt === undefined && context.clock() < token.expiresAt
  if (!isUsable) throw unknownToken()
  const outcome = await context.store.launchTokens.remove(token, presentedBy(caller), [
    withOrigin(origin, {
      event_type: 'launch_token_deleted',
      actor: claims.sub,
      outcome: 'success',
      jti: claims.jti,
      ...(token.appId === undefined ? {} : { app_id: token.appId }),
      detail: formatDetail('launch token deleted', { id: token.id, agent: token.agentName }),
    }),
  ])
  if (!outcome.kept && outcome.guard === 'launch_token_spent') throw unknownToken()
  requireKept(context, outcome, caller)
}

function unknownToken(): Fault {
  return new Fault('not_found', 'no usable launch token has this id')
}
