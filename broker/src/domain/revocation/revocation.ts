// A revocation entry: what is dead, since when, by whom. Entries are the only record of death (rows of tokens and
// agents are never marked), they are committed before they are answered, and they are kept until no token they cover
// can be alive any more.
import type { RevocationLevel } from '@agentwrit/protocol'

export interface Revocation {
  readonly id: string
  readonly level: RevocationLevel
  readonly target: string
  /** The session a `token` entry ends. */
  readonly sid?: string
  /** A release ends what was delegated from the session, but not what was launched from it. */
  readonly released: boolean
  readonly reason?: string
  readonly actor: string
}

/** An entry as kept: with the batch's time (milliseconds) and the second after which it covers nothing alive. */
export interface KeptRevocation extends Revocation {
  readonly revokedAt: number
  readonly keepUntil: number
  readonly liftedAt?: number
}

export interface RevocationStore {
  /** Every entry still kept: the index is built from these before the first request is answered. */
  all(): Promise<KeptRevocation[]>
}
