import type { FailedGuard, KeptChange } from '../domain/outcome.ts'
import type { Ended } from '../domain/revocation/revocation.ts'
import type { Committed } from './committer.ts'
import { toRevocation } from './tables/revocations.ts'

/** The outcome, with the entries that the change has made about sessions it found. */
export function withEnded<Name extends string>(
  outcome: Committed<Name>,
): FailedGuard<Name> | (KeptChange & Ended) {
  if (!outcome.kept) return outcome
  const { made, ...kept } = outcome
  return { ...kept, ended: made.map(toRevocation) }
}
