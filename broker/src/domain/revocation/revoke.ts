import type { RevokeRequest, RevokeResponse } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { findTarget, type Concerned, type KnownTarget } from './find-target.ts'
import { foresee } from './foresee.ts'
import { endPrincipal, keepEntry } from './keep-entry.ts'
import { reportEffect } from './report-effect.ts'
import { requireLawful, requireOwnTarget } from './require-own-target.ts'
import { isPrincipal, type KeptRevocation, type Revocation } from './revocation.ts'

/**
 * Law 4: what the target names is dead with its whole lineage, from the commit of one entry on (contract 4.7). Then it is
 * counted what that killed. Revoking the same again names the same entry.
 */
export async function revoke(
  context: Context,
  caller: Caller,
  asked: RevokeRequest,
): Promise<RevokeResponse> {
  requireLawful(caller, asked)
  const known = await findTarget(context, asked)
  requireOwnTarget(caller, asked, known)
  const entry = draftEntry(context, caller, { asked, known })
  if (asked.dry_run === true) return foresee(context, caller, asked, entry)

  const concerned = concernedBy(caller, known)
  const isOfPrincipal = asked.level === 'agent' && isPrincipal(asked.target)
  const keep = isOfPrincipal ? endPrincipal : keepEntry
  const kept = await keep(context, caller, { entry, concerned })
  const { killed, isComplete } = await effectOf(context, caller, { kept, concerned })
  return {
    revoked: true,
    level: asked.level,
    target: asked.target,
    count: killed,
    ...(isComplete ? {} : { count_complete: false }),
    id: kept.id,
  }
}

interface Asked {
  readonly asked: RevokeRequest
  readonly known: KnownTarget
}

function draftEntry(
  { clock, random }: Context,
  { claims }: Caller,
  { asked: { level, target, reason = '' }, known: { sid } }: Asked,
): Revocation {
  return {
    id: timeOrderedId(clock, random),
    level,
    target,
    ...(sid === undefined ? {} : { sid }),
    released: false,
    ...(reason === '' ? {} : { reason }),
    actor: claims.sub,
  }
}

/** An app sees what it did itself, and what was done to its agents. The credential named is the one that acted. */
function concernedBy({ kind, claims }: Caller, { concerned }: KnownTarget): Concerned {
  const own = kind === 'app' && claims.app_id !== undefined ? { app_id: claims.app_id } : {}
  return { ...concerned, jti: claims.jti, ...own }
}

/** Of an entry that tells its effect already, that one. */
async function effectOf(
  context: Context,
  { origin }: Caller,
  { kept, concerned }: { readonly kept: KeptRevocation; readonly concerned: Concerned },
) {
  const { killed, isComplete = false } = kept
  if (killed !== undefined) return { killed, isComplete }
  return reportEffect(context, { entries: [kept], concerned, origin })
}
