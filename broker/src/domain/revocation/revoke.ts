import { formatDetail, type RevokeRequest, type RevokeResponse } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { timeOrderedId } from '../time-ordered-id.ts'
import { requireKept } from '../tokens/require-kept.ts'
import { findTarget, type Concerned, type KnownTarget } from './find-target.ts'
import { foresee } from './foresee.ts'
import { reportEffect } from './report-effect.ts'
import { requireLawful, requireOwnTarget } from './require-own-target.ts'
import { isPrincipal, toKept, type KeptRevocation, type Revocation } from './revocation.ts'

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
  if (asked.dry_run === true) return foresee(context, asked, entry)

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

/** An app sees what it did itself, and what was done to its agents. */
function concernedBy({ kind, claims }: Caller, { concerned }: KnownTarget): Concerned {
  const own = kind === 'app' && claims.app_id !== undefined ? { app_id: claims.app_id } : {}
  return { jti: claims.jti, ...concerned, ...own }
}

interface Drafted {
  readonly entry: Revocation
  readonly concerned: Concerned
}

/** Another attempt is needed only if an entry was made, or lifted, between two steps of this one. */
const ATTEMPTS = 5

async function keepEntry(
  context: Context,
  caller: Caller,
  drafted: Drafted,
): Promise<KeptRevocation> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const kept = (await repeat(context, caller, drafted)) ?? (await enter(context, caller, drafted))
    if (kept === undefined) continue
    // A repeat, too: the commit of an entry may be known before whoever made it has told.
    context.live.revocations.add(kept)
    return kept
  }
  throw new Fault('service_unavailable', 'others revoke the same just now', { retryAfter: 1 })
}

/** The entry that stands already, if there is one; undefined also if it was lifted meanwhile. */
async function repeat(
  context: Context,
  caller: Caller,
  { entry: { level, target, reason }, concerned }: Drafted,
): Promise<KeptRevocation | undefined> {
  const { revocations } = context.store
  const standing = await revocations.findStanding(level, target)
  if (standing === undefined) return undefined
  const event = revokedEvent(caller, { ...standing, reason }, concerned)
  const outcome = await revocations.repeat(standing.id, presentedBy(caller), [event])
  if (!outcome.kept && outcome.guard === 'lifted') return undefined
  requireKept(context, outcome, caller)
  return standing
}

/** The new entry; undefined if another one was first. */
async function enter(
  context: Context,
  caller: Caller,
  { entry, concerned }: Drafted,
): Promise<KeptRevocation | undefined> {
  const events = [revokedEvent(caller, entry, concerned)]
  const outcome = await context.store.revocations.revoke(entry, presentedBy(caller), events)
  if (outcome.kept) return toKept(entry, outcome)
  if (outcome.guard === 'revoked_already') return undefined
  requireKept(context, outcome, caller)
  return undefined
}

/** Every session of the app or operator ends; nothing is blocked, so each time is a revocation of its own. */
async function endPrincipal(
  context: Context,
  caller: Caller,
  { entry, concerned }: Drafted,
): Promise<KeptRevocation> {
  const { store, live } = context
  const events = [revokedEvent(caller, entry, concerned)]
  const outcome = await store.revocations.revokePrincipal(entry, presentedBy(caller), events)
  if (!outcome.kept) {
    requireKept(context, outcome, caller)
    throw new Error('a change was neither kept nor refused')
  }
  for (const part of outcome.ended) live.revocations.add(part)
  return toKept(entry, outcome)
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

/** What the audit is told of a revocation. */
export function revokedEvent(
  { claims, origin }: Caller,
  {
    id,
    level,
    target,
    reason,
  }: Pick<Revocation, 'id' | 'level' | 'target'> & { reason?: string | undefined },
  concerned: Concerned,
): NewAuditEvent {
  return withOrigin(origin, {
    event_type: 'token_revoked',
    actor: claims.sub,
    outcome: 'success',
    detail: formatDetail('revoked', { level, target, reason, revocation: id }),
    ...concerned,
  })
}
