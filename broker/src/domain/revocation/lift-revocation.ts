import { formatDetail, isPathName, type RevocationInfo } from '@agentwrit/protocol'
import { relatingTo } from '../audit/relation.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { requireStillLive } from '../tokens/require-still-live.ts'
import { toRevocationInfo } from './revocation-info.ts'
import type { KeptRevocation } from './revocation.ts'

/**
 * The task may be worked on again, in three seconds (contract 4.17); what was dead stays dead. No other level names
 * something that could begin anew. Lifting twice is lifting once.
 */
export async function liftRevocation(
  context: Context,
  caller: Caller,
  id: string,
): Promise<RevocationInfo> {
  const entry = await requireEntry(context, id)
  if (entry.level !== 'task') {
    throw new Fault('conflict', 'only the revocation of a task can be lifted')
  }
  if (entry.liftedAt !== undefined) {
    requireStillLive(context, caller)
    return toRevocationInfo(entry)
  }
  const by = { actor: caller.claims.sub, presented: presentedBy(caller) }
  const outcome = await context.store.revocations.lift(entry, by, [liftedEvent(caller, entry)])
  // Somebody else may have been first.
  if (outcome.kept || outcome.guard !== 'lifted_already') requireKept(context, outcome, caller)
  const lifted = await requireEntry(context, id)
  context.live.revocations.add(lifted)
  return toRevocationInfo(lifted)
}

async function requireEntry({ store }: Context, id: string): Promise<KeptRevocation> {
  // Other text may hold what no database takes.
  const entry = /^[0-9a-f.]{1,128}$/.test(id) ? await store.revocations.find(id) : undefined
  if (entry === undefined) throw new Fault('not_found', 'no revocation has this id')
  return entry
}

function liftedEvent({ claims, origin }: Caller, { id, level, target }: KeptRevocation) {
  return withOrigin(origin, {
    event_type: 'revocation_lifted',
    actor: claims.sub,
    outcome: 'success',
    jti: claims.jti,
    ...relatingTo(level, target),
    ...(isPathName(target) ? { task_id: target } : {}),
    detail: formatDetail('revocation lifted', { revocation: id, level, target }),
  })
}
