import { Worker } from 'node:worker_threads'

export interface LoopDelayCommands {
  readonly watchLoop: () => Promise<void>
  /** Milliseconds that each stamp since then has waited. */
  readonly stopWatchingLoop: () => Promise<number[]>
}

/**
 * How long an event that is ready waits for the loop: a thread puts its time into this thread's queue a thousand times
 * a second. The histogram of node:perf_hooks would add its own interval to every value, and so flatten every ratio.
 */
export function loopDelay(): LoopDelayCommands {
  let clock: Worker | undefined
  let delays: number[] = []
  return {
    async watchLoop() {
      delays = []
      clock = new Worker(new URL('./loop-clock.ts', import.meta.url))
      clock.on('message', (sentAt: bigint) => {
        delays.push(Number(process.hrtime.bigint() - sentAt) / 1e6)
      })
      await new Promise((resolve) => clock?.once('message', resolve))
    },
    async stopWatchingLoop() {
      await clock?.terminate()
      return delays
    },
  }
}
