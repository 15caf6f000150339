import type { Checkpoint } from '@agentwrit/protocol'
import type { KeyFollower } from '../signing-keys/key-follower.ts'
import type { Store } from '../store.ts'
import type { Clock, Log } from '../surroundings.ts'
import type { Keys } from '../tokens/keys.ts'
import type { NewAuditEvent } from './audit-event.ts'
import { signCheckpoint } from './sign-checkpoint.ts'

/** Events of this broker after which the chain is signed, whatever the time. */
const MOST_EVENTS = 100
/** Milliseconds that an event waits at most to be signed. */
const INTERVAL = 60_000

export interface CheckpointMakerParts {
  readonly keys: Pick<Keys, 'activeKid' | 'signMessage'>
  readonly store: Pick<Store, 'head' | 'integrity' | 'lastTime'>
  readonly signingKeys: Pick<KeyFollower, 'reread'>
  readonly clock: Clock
  readonly log: Log
}

/**
 * Signs the end of the audit chain now and then (contract 5.4), beside the requests: nobody waits for it, and while one
 * checkpoint is on its way no other is begun. One that fails is made later.
 */
export class CheckpointMaker {
  readonly #parts: CheckpointMakerParts
  #unsigned = 0
  #lastAt: number
  #making: Promise<void> | undefined

  constructor(parts: CheckpointMakerParts) {
    this.#parts = parts
    this.#lastAt = parts.clock()
  }

  /** These events are in the chain. */
  eventsCommitted(events: readonly NewAuditEvent[]): void {
    this.#unsigned += events.length
    const isRotated = events.some(({ event_type: type }) => type === 'signing_key_rotated')
    if (isRotated || this.#unsigned >= MOST_EVENTS) this.#makeSoon()
  }

  /** For the rounds of maintenance: signs what has waited long enough, other brokers' events too. */
  async makeDue(): Promise<void> {
    const waited = this.#parts.clock() - this.#lastAt
    // A clock that was set back must not put off the next one.
    if (waited >= INTERVAL || waited < 0) await this.make()
  }

  /** Signs whatever is not signed yet. */
  async make(): Promise<void> {
    await this.#making
    this.#making = this.#make().finally(() => (this.#making = undefined))
    await this.#making
  }

  /** Later in this turn of the loop a rotation takes its new key over, and that one is to sign. */
  #makeSoon(): void {
    this.#making ??= new Promise((resolve) => setImmediate(resolve))
      .then(() => this.#make())
      .catch((cause: unknown) => {
        this.#parts.log.error(
          { err: cause },
          'the audit trail could not be signed; it is tried again',
        )
      })
      .finally(() => (this.#making = undefined))
  }

  async #make(): Promise<void> {
    const { store, clock } = this.#parts
    this.#unsigned = 0
    this.#lastAt = clock()
    const { seq, hash } = await store.head()
    const newest = await store.integrity.newestCheckpoint(seq)
    if (seq === 0 || newest?.seq === seq) return
    await this.#keep({ seq, hash })
  }

  async #keep(head: Pick<Checkpoint, 'seq' | 'hash'>): Promise<void> {
    const { keys, store, clock, signingKeys, log } = this.#parts
    const sign = () => signCheckpoint(keys, head, Math.max(clock(), store.lastTime()))
    const outcome = await store.integrity.keepCheckpoint(sign())
    if (outcome.kept || outcome.guard === 'made_already') return
    if (outcome.guard === 'event_gone') {
      log.error({ seq: head.seq }, 'the last audit event is not in the log as it was written')
      return
    }
    // Another broker has made a new key.
    if (await signingKeys.reread()) await store.integrity.keepCheckpoint(sign())
  }
}
