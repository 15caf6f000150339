import type { HeadWatch } from './domain/epoch/head-watch.ts'

/** Milliseconds between two looks: how much a high-water file may lag behind after kill -9. */
const INTERVAL = 1000

export interface Watching {
  /** Ends the looks, after a last one. */
  stop(): Promise<void>
}

/** Looks at the store's head every second, without anybody asking. */
export function startWatching(head: HeadWatch): Watching {
  let looking = Promise.resolve()
  const look = () => (looking = looking.then(() => head.look()))
  const timer = setInterval(() => void look(), INTERVAL)
  timer.unref()
  return {
    async stop() {
      clearInterval(timer)
      await look()
    },
  }
}
