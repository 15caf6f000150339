import type { Context } from './domain/context.ts'
import { countOwed } from './domain/statistics/count-owed.ts'
import { sampleAgents } from './domain/statistics/sample-agents.ts'

/** Milliseconds between two rounds: one of them comes early in every minute. */
const INTERVAL = 5000

export interface StatisticsKeeping {
  /** Ends the rounds, in the middle of what is owed. */
  stop(): Promise<void>
}

/** The statistics learn what commits do not tell, from now on and without anybody waiting for it. */
export function keepStatistics(context: Context): StatisticsKeeping {
  let isStopped = false
  const tasks = [
    new RepeatedTask(() => sampleAgents(context)),
    new RepeatedTask(() => countOwed(context, () => isStopped)),
  ]
  const beginAll = () => tasks.forEach((task) => task.begin())
  beginAll()
  const timer = setInterval(beginAll, INTERVAL)
  timer.unref()
  return {
    async stop() {
      isStopped = true
      clearInterval(timer)
      for (const task of tasks) await task.ended()
    },
  }
}

/** While it is under way it is not begun again. What fails has been counted by the store, and is tried again. */
class RepeatedTask {
  readonly #task: () => Promise<void>
  #running: Promise<void> | undefined

  constructor(task: () => Promise<void>) {
    this.#task = task
  }

  begin(): void {
    this.#running ??= this.#task()
      .catch(() => undefined)
      .finally(() => (this.#running = undefined))
  }

  async ended(): Promise<void> {
    await this.#running
  }
}
