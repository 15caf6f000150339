import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { presentedBy } from '../identity/presented-by.ts'
import { requireKept } from '../tokens/require-kept.ts'
import type { Concerned } from './find-target.ts'
import { revokedEvent } from './revoked-event.ts'
import { toKept, type KeptRevocation, type Revocation } from './revocation.ts'

export interface Drafted {
  readonly entry: Revocation
  readonly concerned: Concerned
}

/** Another attempt is needed only if an entry was made, or lifted, between two steps of this one. */
const ATTEMPTS = 5

/** The entry, or the one that stands already: there is at most one for each level and target. */
export async function keepEntry(
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
  if (!outcome.kept && outcome.guard === 'revoked_already') return undefined
  requireKept(context, outcome, caller)
  return toKept(entry, outcome)
}

/** Every session of the app or operator ends; nothing is blocked, so each time is a revocation of its own. */
export async function endPrincipal(
  context: Context,
  caller: Caller,
  { entry, concerned }: Drafted,
): Promise<KeptRevocation> {
  const { store, live } = context
  const events = [revokedEvent(caller, entry, concerned)]
  const outcome = await store.revocations.revokePrincipal(entry, presentedBy(caller), events)
  requireKept(context, outcome, caller)
  for (const part of outcome.ended) live.revocations.add(part)
  return toKept(entry, outcome)
}
