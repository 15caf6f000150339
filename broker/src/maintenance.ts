import { pruneAudit } from './domain/audit/prune-audit.ts'
import type { Context } from './domain/context.ts'
import { retireSigningKeys } from './domain/signing-keys/retire-signing-keys.ts'
import { isClockBehind } from './domain/tokens/clock-check.ts'

/** Milliseconds between two rounds. */
const INTERVAL = 5_000
/** The store is pruned every this many rounds: once a minute. */
const ROUNDS_PER_PRUNE = 12
/** Audit events that are too old are removed once an hour, for the first time with the first pruning. */
const ROUNDS_PER_RETENTION = 60 * ROUNDS_PER_PRUNE

export interface Maintenance {
  /** Ends the rounds, writes the refusals that are still only counted, and signs the end of the audit trail. */
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
    const turn = round
    running = running.then(() => tidy(turn)).catch(reportFailure)
  }, INTERVAL)
  timer.unref()

  async function tidy(turn: number): Promise<void> {
    reportClock(context)
    // Whichever is earlier: a clock that leaps ahead must not make what is alive forgotten.
    live.revocations.forgetExpired(Math.min(clock(), store.lastTime()))
    await live.refusals.flushDue()
    await live.checkpoints.makeDue()
    if (turn % ROUNDS_PER_PRUNE !== 0) return
    await store.prune()
    await retireSigningKeys(context)
    if (turn % ROUNDS_PER_RETENTION === ROUNDS_PER_PRUNE) await pruneAudit(context)
  }

  function reportFailure(cause: unknown): void {
    log.error({ err: cause }, 'tidying up failed; it is tried again')
  }

  return {
    async stop() {
      clearInterval(timer)
      await running
      await live.refusals.flushAll()
      await live.checkpoints.make().catch(reportFailure)
    },
  }
}

function reportClock(context: Context): void {
  if (!isClockBehind(context)) return
  const clock = new Date(context.clock()).toISOString()
  const store = new Date(context.store.lastTime()).toISOString()
  const message =
    'the clock is behind the time of the last change: nothing is issued until it is right ' +
    '(docs/security/storage.md, "A clock that leapt ahead")'
  context.log.error({ clock, last_change: store }, message)
}
