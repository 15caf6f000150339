import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'

type Times = Pick<Context, 'clock' | 'live'>

/** Milliseconds until something may be issued: before an epoch counts, what is issued would be dead at birth. */
export function untilEpoch({ clock, live }: Times): number {
  return Math.max(0, live.revocations.notBefore * 1000 - clock())
}

export function requireEpochBegun(times: Times): void {
  const wait = untilEpoch(times)
  if (wait === 0) return
  const begins = new Date(times.live.revocations.notBefore * 1000).toISOString()
  const detail = `a restored database was accepted: nothing is issued before ${begins}`
  throw new Fault('service_unavailable', detail, { retryAfter: wait / 1000 })
}
