import type { HighWater } from '../domain/epoch/epoch.ts'
import { Fault } from '../domain/fault.ts'
import type { FailedGuard, KeptChange, Outcome } from '../domain/outcome.ts'
import type { Change } from './change.ts'
import { EngineFailure, type BatchReport, type Decision, type Engine } from './engine.ts'
import type { StoreObserver } from './store-observer.ts'
import type { Row } from './table.ts'
import type { Head } from './tables/head.ts'

const batchSize = 64
/** Places that ordinary changes always have: whoever revokes in a loop must not stop all others. */
const reserved = 16
/** For each of the two queues. */
const queueSize = 4096

interface Waiting {
  readonly change: Change
  readonly resolve: (result: Decided) => void
  readonly reject: (fault: Fault) => void
}

/** See `commitAndTell`. */
export type Committed<Name extends string> = FailedGuard<Name> | (KeptChange & Made)

interface Made {
  readonly made: readonly Row[]
}

type Decided = Omit<BatchReport, 'decisions' | 'head'> & { readonly decision: Decision }

/**
 * Group commit: the changes that arrive while a commit is in flight make up the next batch, urgent ones first. There
 * is no timer, so alone a change waits for no one. Nobody is answered before the commit, refusals neither.
 */
export class Committer {
  readonly #engine: Engine
  readonly #clock: () => number
  readonly #observer: StoreObserver
  readonly #urgent: Waiting[] = []
  readonly #ordinary: Waiting[] = []
  #working: Promise<void> | undefined
  #isFinished = false
  #lastTime: number
  #latest: HighWater

  /** `head`: as the last change before this start has left it. */
  constructor(engine: Engine, clock: () => number, observer: StoreObserver, head: Head) {
    this.#lastTime = head.lastTime
    this.#latest = head
    this.#engine = engine
    this.#clock = clock
    this.#observer = observer
  }

  async commit<Name extends string>(change: Change<Name>): Promise<Outcome<Name>> {
    const outcome = await this.commitAndTell(change)
    if (!outcome.kept) return outcome
    const { made: _, ...kept } = outcome
    return kept
  }

  /** As `commit`, with the rows that the change has inserted for each of others. */
  async commitAndTell<Name extends string>(change: Change<Name>): Promise<Committed<Name>> {
    const { at, highestExp, decision } = await this.#submit(change)
    if (decision.kept) {
      const { seq, made } = decision
      return { kept: true, at, highestExp, seq, made }
    }
    if ('guard' in decision) {
      const guard = change.guards[decision.guard]
      if (guard !== undefined) return { kept: false, guard: guard.name }
    }
    throw this.#toFault(decision)
  }

  /** Commits a change that nothing guards; resolves to the number of expired rows it removed. */
  async remove(change: Change<never>): Promise<number> {
    const { decision } = await this.#submit(change)
    if (decision.kept) return decision.removed
    throw this.#toFault(decision)
  }

  /** Time of the latest batch, milliseconds. */
  get lastTime(): number {
    return this.#lastTime
  }

  /** How far the store had come after the latest batch. */
  get latest(): HighWater {
    return this.#latest
  }

  /** Accepts nothing more; resolves when all that waits has been decided. */
  async finish(): Promise<void> {
    this.#isFinished = true
    await this.#working
  }

  #toFault(decision: Decision): Fault {
    this.#observer.operationFailed('commit')
    if ('unaudited' in decision) return unavailable('the store does not answer', decision.unaudited)
    return new Fault('internal_error', 'the change could not be kept', { cause: decision })
  }

  #submit(change: Change): Promise<Decided> {
    const queue = change.urgent === true ? this.#urgent : this.#ordinary
    if (this.#isFinished || queue.length >= queueSize) {
      return Promise.reject(unavailable('too many changes are waiting'))
    }
    return new Promise((resolve, reject) => {
      queue.push({ change, resolve, reject })
      this.#working ??= this.#work()
    })
  }

  async #work(): Promise<void> {
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) {
      await this.#run(batch)
    }
    this.#working = undefined
  }

  #nextBatch(): Waiting[] {
    const urgent = this.#urgent.splice(0, batchSize - Math.min(this.#ordinary.length, reserved))
    return [...urgent, ...this.#ordinary.splice(0, batchSize - urgent.length)]
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const startedAt = performance.now()
    try {
      const changes = batch.map(({ change }) => change)
      const report = await this.#engine.run(changes, this.#clock())
      batch.forEach((waiting, place) => answer(waiting, report, place))
      // Still before the callers go on, but too late for an observer's error to become their answer.
      this.#lastTime = report.at
      this.#latest = report.head
      this.#observe(batch, report, (performance.now() - startedAt) / 1000)
    } catch (error) {
      this.#observer.operationFailed('commit')
      const isOutcomeUnknown = error instanceof EngineFailure && error.isOutcomeUnknown
      const hint = isOutcomeUnknown ? 'outcome unknown' : undefined
      for (const { reject } of batch) reject(unavailable('the store does not answer', error, hint))
    }
  }

  #observe(batch: readonly Waiting[], report: BatchReport, seconds: number): void {
    const events = batch.flatMap(({ change }, place) =>
      report.decisions[place]?.kept === true ? change.events : [],
    )
    const place = { seq: report.head.seq, at: report.at }
    if (events.length > 0) this.#observer.eventsCommitted(events, seconds, place)
  }
}

function answer({ resolve, reject }: Waiting, report: BatchReport, place: number): void {
  const { decisions, head: _, ...batch } = report
  const decision = decisions[place]
  if (decision === undefined) reject(unavailable('the store does not answer'))
  else resolve({ ...batch, decision })
}

function unavailable(detail: string, cause?: unknown, hint?: string): Fault {
  const options = { cause, retryAfter: 1, ...(hint === undefined ? {} : { hint }) }
  return new Fault('service_unavailable', detail, options)
}
