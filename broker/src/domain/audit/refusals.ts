// Refusals are audited, but whoever is refused must not be able to fill the disk: repeats are grouped by event type,
// route, and the verified token or else the source. The first of a group is written before its answer; its repeats
// become one event per minute that tells their number. Groups and events for anonymous sources are capped; what goes
// beyond is counted in one group per event type, and per kind kept apart, so that no count is missing and no such kind is
// hidden (contract 5.3, law 7).
import type { Clock, Log } from '../surroundings.ts'
import { forwardOnly } from '../forward-only-clock.ts'
import type { AuditStore, NewAuditEvent } from './audit-event.ts'
import type { Origin, Refusal } from './refusal.ts'
import { sourceNetwork } from './source-network.ts'

/** Milliseconds in which the repeats of a group become one event. */
const WINDOW = 60_000
const MAX_GROUPS = 10_000
/** Events a minute for all anonymous sources together. */
const ANONYMOUS_BUDGET = 600

interface Group {
  readonly key: string
  readonly isAnonymous: boolean
  readonly apart: string | undefined
  /** The last refusal of the group, written when the window ends. */
  event: NewAuditEvent
  repeats: number
  readonly endsAt: number
}

export interface RefusalsParts {
  readonly audit: Pick<AuditStore, 'append'>
  readonly clock: Clock
  readonly log: Log
  /** Told why a token was refused, each time: for metrics. */
  readonly counted?: (reason: string) => void
}

export class Refusals {
  readonly #parts: RefusalsParts
  readonly #clock: Clock
  readonly #groups = new Map<string, Group>()
  #anonymousLeft = ANONYMOUS_BUDGET
  #budgetEndsAt = 0

  constructor(parts: RefusalsParts) {
    this.#parts = parts
    this.#clock = forwardOnly(parts.clock)
  }

  /** A token was refused for this reason; whether that is audited is another question. */
  count(reason: string): void {
    this.#parts.counted?.(reason)
  }

  /** Resolves when the refusal is written or counted. Never throws: a refusal keeps its status even if unwritten. */
  async record(origin: Origin, refusal: Refusal): Promise<void> {
    await this.flushDue()
    const { requestId: request_id, sourceIp: source_ip, route } = origin
    const event = { ...refusal.event, request_id, source_ip }
    const source = refusal.verifiedJti ?? sourceNetwork(source_ip)
    const group: Group = {
      key: [event.event_type, route, source, refusal.apart].join(' '),
      isAnonymous: refusal.verifiedJti === undefined,
      apart: refusal.apart,
      event,
      repeats: 0,
      endsAt: this.#clock() + WINDOW,
    }
    if (this.#count(group, 1) && !(await this.#write([event])))
      this.#putBack({ ...group, repeats: 1 })
  }

  /** Writes the repeats of every group whose minute is over; such a group goes on, a silent one is forgotten. */
  async flushDue(): Promise<void> {
    const now = this.#clock()
    const due: Group[] = []
    // Groups stand in the order in which their windows end, so the first one that is not due ends the search.
    for (const group of this.#groups.values()) {
      if (group.endsAt > now) break
      due.push(group)
    }
    for (const { key } of due) this.#groups.delete(key)
    await this.#writeRepeats(due, now + WINDOW)
  }

  /** Writes what is pending, at shutdown. */
  async flushAll(): Promise<void> {
    const pending = [...this.#groups.values()]
    this.#groups.clear()
    await this.#write(pending.filter(hasRepeats).map(repeated))
  }

  /** True if these refusals are the first of a group and must be written, false if they have only been counted. */
  #count(fresh: Group, times: number): boolean {
    const known = this.#groups.get(fresh.key)
    if (known === undefined && this.#hasRoomFor(fresh)) {
      this.#groups.set(fresh.key, fresh)
      return true
    }
    const key = [fresh.event.event_type, 'overflow', fresh.apart].join(' ')
    const group = known ?? this.#groups.get(key)
    if (group === undefined) {
      this.#groups.set(key, { ...fresh, key, isAnonymous: false })
      return true
    }
    group.event = fresh.event
    group.repeats += times
    return false
  }

  async #writeRepeats(groups: readonly Group[], endsAt: number): Promise<void> {
    const written = groups
      .filter(hasRepeats)
      .filter((group) => this.#count({ ...group, repeats: 0, endsAt }, group.repeats))
    if (await this.#write(written.map(repeated))) return
    for (const group of written) this.#putBack(group)
  }

  /** What could not be written is told with the next summary of its group. */
  #putBack(group: Group): void {
    const open = this.#groups.get(group.key)
    if (open === undefined)
      this.#groups.set(group.key, { ...group, endsAt: this.#clock() + WINDOW })
    else open.repeats += group.repeats
  }

  /** Every event for an anonymous source is paid from one budget, so that many sources cannot fill the disk either. */
  #hasRoomFor({ isAnonymous }: Group): boolean {
    if (this.#groups.size >= MAX_GROUPS) return false
    if (!isAnonymous) return true
    const now = this.#clock()
    if (now >= this.#budgetEndsAt) {
      this.#budgetEndsAt = now + WINDOW
      this.#anonymousLeft = ANONYMOUS_BUDGET
    }
    if (this.#anonymousLeft === 0) return false
    this.#anonymousLeft -= 1
    return true
  }

  /** False if nothing was written. */
  async #write(events: readonly NewAuditEvent[]): Promise<boolean> {
    if (events.length === 0) return true
    try {
      await this.#parts.audit.append(events)
      return true
    } catch (cause) {
      const types = [...new Set(events.map((event) => event.event_type))]
      const refusals = events.reduce((sum, event) => sum + (event.repeat_count ?? 1), 0)
      const fields = { err: cause, event_types: types, refusals }
      this.#parts.log.error(fields, 'refusals could not be audited yet')
      return false
    }
  }
}

function hasRepeats({ repeats }: Group): boolean {
  return repeats > 0
}

function repeated({ event, repeats }: Group): NewAuditEvent {
  return { ...event, repeat_count: repeats }
}
