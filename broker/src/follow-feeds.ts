import type { Feeds } from './domain/streams/feeds.ts'

/** Milliseconds between two reads that nothing but time has asked for. */
const BEAT = 1000

export interface Following {
  /** Something was committed here: whoever follows wants to know. */
  told(): void
  stop(): void
}

/** What streams are fed from is read once a second and after each commit of this broker, while anybody follows. */
export function followFeeds({ changes, events }: Feeds): Following {
  const feeds = [changes, events]
  const timer = setInterval(() => {
    for (const feed of feeds) if (feed.isFollowed) feed.tick()
  }, BEAT)
  timer.unref()
  let isDue = false

  function readAll(): void {
    isDue = false
    // What fails is tried again with the next beat.
    for (const feed of feeds) if (feed.isFollowed) feed.poll().catch(() => undefined)
  }

  return {
    told() {
      if (isDue) return
      isDue = true
      // After whoever waits for the commit: a revocation is in the index before it is published.
      setImmediate(readAll)
    },
    stop: () => clearInterval(timer),
  }
}
