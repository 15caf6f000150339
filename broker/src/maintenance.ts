import type { Context } from './domain/context.ts'
import { retireSigningKeys } from './domain/signing-keys/retire-signing-keys.ts'
import { isClockBehind } from './domain/tokens/clock-check.ts'

/** Milliseconds between two rounds. */
const INTERVAL = 5_000
/** The store is pruned every this many rounds: once a minute. */
const ROUNDS_PER_PRUNE = 12

export interface Maintenance {
  /** Ends the rounds and writes the refusals that are still only counted. */
  stop(): Promise<void>
}

/** Everything that expires is removed, and every counted refusal is written, without anybody asking. */
export function startMaintenance(context: Context): Maintenance {
  reportClock(context)
  const { live, clock, store, log } = context
  let round = 0
  let running = Promise.resolve()
  const timer = setInterval(() => {
    round += 1
    const isPruning = round % ROUNDS_PER_PRUNE === 0
    running = running.then(() => tidy(isPruning)).catch(reportFailure)
  }, INTERVAL)
  timer.unref()

  async function tidy(isPruning: boolean): Promise<void> {
    reportClock(context)
    live.revocations.forgetExpired(clock())
    await live.refusals.flushDue()
    if (!isPruning) return
    await store.prune()
    await retireSigningKeys(context)
  }

  function reportFailure(cause: unknown): void {
    log.error({ err: cause }, 'tidying up failed; it is tried again')
  }

  return {
    async stop() {
      clearInterval(timer)
      await running
      await live.refusals.flushAll()
    },
  }
}

function reportClock(context: Context): void {
  if (!isClockBehind(context)) return
  const clock = new Date(context.clock()).toISOString()
  const store = new Date(context.store.lastTime()).toISOString()
  const message =
    'the clock is behind the time of the last change: nothing is issued until it is right'
  context.log.error({ clock, last_change: store }, message)
}
