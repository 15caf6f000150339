import { formatDetail } from '@agentwrit/protocol'
import type { Origin } from '../audit/refusal.ts'
import { relatingTo } from '../audit/relation.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Context } from '../context.ts'
import type { Concerned } from './find-target.ts'
import type { Effect, EntryEffect, KeptRevocation, RevocationStore } from './revocation.ts'

/** Milliseconds of counting: whoever revoked waits for the number, and what is to be dead is dead. */
export const countingTime = 1000

export interface Revoked {
  /** Kept already, and in the index; more than one only where a single change has made them. */
  readonly entries: readonly [KeptRevocation, ...KeptRevocation[]]
  readonly concerned: Concerned
  readonly origin: Origin
}

/**
 * How many live tokens died, as of the place of the entries in the order of all (contract 2.7): counted, kept with the
 * entries and audited after the fact. The revocation stands whatever becomes of that, so nothing is thrown.
 */
export async function reportEffect(
  { store: { revocations }, log }: Context,
  revoked: Revoked,
): Promise<Effect> {
  let effect: Effect = { killed: 0, isComplete: false }
  try {
    const effects = await measureAll(revocations, revoked.entries)
    effect = sumOf(effects)
    // The event of a release tells of its own token; another one follows only if more has died. Additive to the contract.
    const isTold = revoked.entries[0].released && effect.killed <= 1
    if (!isTold) await revocations.noteEffects(effects, [effectOf(revoked, effect)])
  } catch (cause) {
    const { id } = revoked.entries[0]
    log.error({ err: cause, revocation: id }, 'the effect of a revocation could not be recorded')
  }
  return effect
}

/** All within one counting time. */
async function measureAll(
  revocations: RevocationStore,
  entries: readonly KeptRevocation[],
): Promise<EntryEffect[]> {
  const endsAt = performance.now() + countingTime
  const effects: EntryEffect[] = []
  for (const entry of entries) {
    const within = endsAt - performance.now()
    effects.push({ entry, ...(await revocations.measure(entry, within)) })
  }
  return effects
}

function sumOf(effects: readonly EntryEffect[]): Effect {
  return {
    killed: effects.reduce((sum, { killed }) => sum + killed, 0),
    isComplete: effects.every(({ isComplete }) => isComplete),
  }
}

function effectOf({ entries, concerned, origin }: Revoked, { killed, isComplete }: Effect) {
  const [{ id, level, target, actor, released }] = entries
  return withOrigin(origin, {
    event_type: 'revocation_effect',
    actor,
    outcome: 'success',
    detail: formatDetail('live tokens killed', {
      // Entries that one change has made share what comes before the dot, which its own event names.
      revocation: id.split('.')[0],
      // As the metric says it.
      level: released ? 'release' : level,
      count: killed,
      count_complete: isComplete,
    }),
    ...relatingTo(level, target),
    ...concerned,
  })
}
