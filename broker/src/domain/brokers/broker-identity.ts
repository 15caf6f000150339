/** What tells one running broker from all others, before it and beside it. */
export interface BrokerIdentity {
  /** 16 random hex characters. */
  readonly id: string
  readonly version: string
  /** Milliseconds. */
  readonly startedAt: number
}
