// What an audit event counts for in the statistics of operators (contract 4.31): the same as in the metrics. The events
// are all there is to count from, so that a count is the same whether its event was just committed or read years later.
import {
  type AuditEvent,
  type AuditEventType,
  type RevocationLevel,
  revocationLevels,
} from '@agentwrit/protocol'
import { type TokenKind, tokenKindOf } from '../tokens/token-kind.ts'

/** A fixed list: no part of a name comes from a client. */
export type Series =
  | `issued ${TokenKind}`
  | `killed ${RevocationLevel | 'release'}`
  | `refused ${AuditEventType}`

export interface Count {
  readonly series: Series
  readonly times: number
}

export interface MinuteCount extends Count {
  /** Minutes since 1970. */
  readonly minute: number
}

/** Events that only the log can tell of. */
export interface OwedEvents {
  readonly after: number
  readonly through: number
  /** Milliseconds: what happened before counts no more. */
  readonly since: number
}

/** The beginning of what was owed. */
export interface Tally {
  readonly through: number
  readonly counts: readonly MinuteCount[]
}

export type CountedEvent = Pick<
  AuditEvent,
  'event_type' | 'actor' | 'detail' | 'deleg_depth' | 'outcome' | 'repeat_count'
>

/** No event counts twice: who is refused gets no token, and a revocation tells its effect in an event of its own. */
export function countOf(event: CountedEvent): Count | undefined {
  const { event_type: type, outcome, repeat_count: times = 1 } = event
  if (outcome === 'denied') return { series: `refused ${type}`, times }
  const kind = tokenKindOf(event)
  if (kind !== undefined) return { series: `issued ${kind}`, times: 1 }
  if (type === 'token_released') return { series: 'killed release', times: 1 }
  return type === 'revocation_effect' ? killedBy(event.detail) : undefined
}

export function minuteOf(milliseconds: number): number {
  return Math.floor(milliseconds / 60_000)
}

const levels = [...revocationLevels, 'release'] as const

function killedBy(detail: string): Count | undefined {
  const level = levels.find((one) => one === partOf(detail, 'level'))
  const count = Number(partOf(detail, 'count'))
  if (level === undefined || !(count > 0)) return undefined
  // The token that was released itself has been counted with its release.
  return { series: `killed ${level}`, times: level === 'release' ? count - 1 : count }
}

/** No value can hold what separates parts (contract 5.1). */
function partOf(detail: string, key: string): string | undefined {
  const part = detail.split(' | ').find((one) => one.startsWith(`${key}=`))
  return part?.slice(key.length + 1)
}
