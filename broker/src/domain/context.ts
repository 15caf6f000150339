import type { Config } from '../config.ts'
import type { CheckpointMaker } from './audit/checkpoint-maker.ts'
import type { Refusals } from './audit/refusals.ts'
import type { BrokerIdentity } from './brokers/broker-identity.ts'
import type { HeadWatch } from './epoch/head-watch.ts'
import type { RevocationIndex } from './revocation/revocation-index.ts'
import type { KeyFollower } from './signing-keys/key-follower.ts'
import type { Statistics } from './statistics/statistics.ts'
import type { Feeds } from './streams/feeds.ts'
import type { Store } from './store.ts'
import type { Clock, Log, Random } from './surroundings.ts'
import type { Keys } from './tokens/keys.ts'
import type { VerifiedTokens } from './tokens/verified-tokens.ts'

/** Bounded state in memory that is rebuilt at every start. */
export interface Live {
  readonly identity: BrokerIdentity
  readonly revocations: RevocationIndex
  readonly verified: VerifiedTokens
  readonly refusals: Refusals
  readonly signingKeys: KeyFollower
  readonly checkpoints: CheckpointMaker
  readonly head: HeadWatch
  readonly feeds: Feeds
  readonly statistics: Statistics
  /** Verifications of the audit trail under way. */
  readonly verifying: Set<symbol>
  /** Subjects with a dry run under way. */
  readonly previewing: Set<string>
}

/** All that a verb may touch besides its arguments. */
export interface Context {
  readonly config: Config
  readonly clock: Clock
  readonly random: Random
  readonly keys: Keys
  readonly store: Store
  readonly log: Log
  readonly live: Live
}
