import type { Surroundings } from '@agentwrit/client'

/** The two clocks of a verifier, moved by hand; whoever sleeps wakes up once so much time has passed. */
export interface TestClock extends Omit<Surroundings, 'wakeAfter'> {
  /** Both clocks go on. */
  advance(milliseconds: number): void
  /** Only the clock on the wall is set, as an operator does it, or a machine that has slept. */
  set(milliseconds: number): void
  /** Milliseconds that are being slept. */
  readonly sleeping: () => readonly number[]
}

interface Sleeper {
  readonly milliseconds: number
  readonly until: number
  readonly wake: () => void
}

export function testClock(startsAt: number): TestClock {
  let wall = startsAt
  let own = 1_000
  const sleepers = new Set<Sleeper>()
  return {
    now: () => wall,
    elapsed: () => own,
    random: () => 0.5,
    sleeping: () => [...sleepers].map(({ milliseconds }) => milliseconds),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const stop = () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        }
        const wake = () => {
          sleepers.delete(sleeper)
          signal.removeEventListener('abort', stop)
          resolve()
        }
        const sleeper = { milliseconds, until: own + milliseconds, wake }
        if (signal.aborted) return stop()
        sleepers.add(sleeper)
        signal.addEventListener('abort', stop, { once: true })
      }),
    advance(milliseconds) {
      wall += milliseconds
      own += milliseconds
      for (const { until, wake } of sleepers) if (until <= own) wake()
    },
    set(milliseconds) {
      wall = milliseconds
    },
  }
}
