import type { Context } from './domain/context.ts'

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
    live.revocations.forgetExpired(clock())
    await live.refusals.flushDue()
    if (isPruning) await store.prune()
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
