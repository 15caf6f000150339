// What happened in the last 24 hours, minute by minute (contract 4.31). Laws: every committed event counts exactly once,
// for all up to one number have been counted, and the next to count is the one behind it, whether its commit tells of it
// or the log; memory is bounded, for the series are a fixed list and each has as many numbers as there are minutes.
import { auditEventTypes, type StatsResponse } from '@agentwrit/protocol'
import type { Clock } from '../surroundings.ts'
import { toWholeSeconds } from '../whole-seconds.ts'
import {
  type Count,
  type CountedEvent,
  countOf,
  minuteOf,
  type OwedEvents,
  type Series,
  type Tally,
} from './count.ts'

const MINUTE = 60_000
const MINUTES = 1440

/** Where a commit has put its events. */
export interface CommitPlace {
  /** Number of the last one. */
  readonly seq: number
  /** Their time, milliseconds. */
  readonly at: number
}

export class Statistics {
  readonly #now: Clock
  /** Rings: a minute stands at its remainder. */
  readonly #series = new Map<Series, Uint32Array>()
  readonly #agents = Array.from<number | null>({ length: MINUTES }).fill(null)
  #newest: number
  #counted = 0
  #known: number

  /** `now`: no event is later; `known`: number of the last event there is. */
  constructor(now: Clock, known: number) {
    this.#now = now
    this.#newest = minuteOf(now())
    this.#known = known
  }

  /** These events are in the log. They count now if all before them have, else when the log is read. */
  eventsCommitted(events: readonly CountedEvent[], { seq, at }: CommitPlace): void {
    if (this.#counted === seq - events.length) {
      for (const event of events) this.#add(minuteOf(at), countOf(event))
      this.#counted = seq
    }
    this.logReaches(seq)
  }

  /** There are events up to this number, whoever has committed them. */
  logReaches(seq: number): void {
    this.#known = Math.max(this.#known, seq)
  }

  /** What has to be read from the log. */
  get owed(): OwedEvents | undefined {
    if (this.#counted >= this.#known) return undefined
    const since = (minuteOf(this.#now()) - MINUTES + 1) * MINUTE
    return { after: this.#counted, through: this.#known, since }
  }

  /** Takes over what was read of what is owed. */
  tallied({ through, counts }: Tally): void {
    for (const { minute, ...count } of counts) this.#add(minute, count)
    this.#counted = through
  }

  /** Whether somebody has counted the agents in this minute. */
  get isSampled(): boolean {
    this.#advance(minuteOf(this.#now()))
    return this.#agents[this.#newest % MINUTES] !== null
  }

  /** So many agents are alive. */
  agentsSeen(count: number): void {
    this.#advance(minuteOf(this.#now()))
    this.#agents[this.#newest % MINUTES] = count
  }

  report(): StatsResponse {
    this.#advance(minuteOf(this.#now()))
    const list = (series: Series) => this.#inOrder(Array.from(this.#ringOf(series)))
    const refused = auditEventTypes
      .filter((type) => this.#series.get(`refused ${type}`)?.some((times) => times > 0) === true)
      .map((type) => [type, list(`refused ${type}`)] as const)
    return {
      from: toWholeSeconds((this.#newest - MINUTES + 1) * MINUTE),
      issued: {
        admin: list('issued admin'),
        app: list('issued app'),
        agent: list('issued agent'),
        delegated: list('issued delegated'),
      },
      killed: {
        token: list('killed token'),
        agent: list('killed agent'),
        task: list('killed task'),
        chain: list('killed chain'),
        release: list('killed release'),
        app: list('killed app'),
      },
      refused: Object.fromEntries(refused),
      live_agents: this.#inOrder(this.#agents),
      complete: this.owed === undefined,
    }
  }

  #add(minute: number, count: Count | undefined): void {
    if (count === undefined) return
    this.#advance(minute)
    const place = minute % MINUTES
    const ring = this.#ringOf(count.series)
    if (minute > this.#newest - MINUTES) ring[place] = (ring[place] ?? 0) + count.times
  }

  #ringOf(series: Series): Uint32Array {
    const ring = this.#series.get(series) ?? new Uint32Array(MINUTES)
    this.#series.set(series, ring)
    return ring
  }

  /** Nothing has happened yet in the minutes that begin. */
  #advance(minute: number): void {
    const first = Math.max(this.#newest + 1, minute - MINUTES + 1)
    for (let begun = first; begun <= minute; begun += 1) {
      const place = begun % MINUTES
      for (const ring of this.#series.values()) ring[place] = 0
      this.#agents[place] = null
    }
    this.#newest = Math.max(this.#newest, minute)
  }

  /** The oldest minute stands behind the newest. */
  #inOrder<Value>(ring: readonly Value[]): Value[] {
    const oldest = (this.#newest + 1) % MINUTES
    return [...ring.slice(oldest), ...ring.slice(0, oldest)]
  }
}
