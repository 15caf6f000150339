import { Fault } from '../../domain/fault.ts'

const rfc3339 =
  /^(?<day>\d{4}-\d{2}-\d{2})[Tt](?<time>(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(?<fraction>\d{1,9}))?(?<zone>[Zz]|[+-]\d{2}:\d{2})$/

/**
 * Milliseconds of an RFC 3339 time in a query. Finer ones are rounded into the interval that they bound: what stands in the
 * store has three digits. A raw `+` arrives as a space, and is no time.
 */
export function readInstant(field: string, text: string, rounded: 'up' | 'down'): number {
  const { day, time, fraction = '', zone } = rfc3339.exec(text)?.groups ?? {}
  const seconds = isDay(day) ? Date.parse(`${day}T${time}${zone?.toUpperCase()}`) : Number.NaN
  if (Number.isNaN(seconds)) {
    const form = 'a time such as 2026-01-02T03:04:05Z (RFC 3339; write + as %2B)'
    throw new Fault('invalid_request', `${field} is ${form}`)
  }
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3))
  const isFiner = /[1-9]/.test(fraction.slice(3))
  return seconds + milliseconds + (rounded === 'up' && isFiner ? 1 : 0)
}

/** Else the 30th of February would be a day in March. */
function isDay(day: string | undefined): day is string {
  const begin = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(begin) && new Date(begin).toISOString().startsWith(`${day}T`)
}
