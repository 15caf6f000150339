import type { Claims } from '@agentwrit/protocol'

/**
 * What never changes about one exact token string: that we signed it, what it says, and whether it had a successor
 * when it was first seen. Time, issuer, audience and revocation are judged anew on every use.
 */
export interface VerifiedToken {
  readonly claims: Claims
  readonly kid: string
  /** Its session had another current token already; a renewal after that is in the revocation index. */
  readonly superseded: boolean
}

/** Bounded memory of verified tokens, keyed by the exact token string. Forgetting one only costs time. */
export interface VerifiedTokens {
  get(token: string): VerifiedToken | undefined
  set(token: string, verified: VerifiedToken): void
}
