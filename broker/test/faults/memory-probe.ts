// Loaded into a broker process by `--import`: collects garbage and tells its memory when the test asks over IPC.
import { setTimeout as sleep } from 'node:timers/promises'
import { isMainThread } from 'node:worker_threads'

if (isMainThread && process.channel !== undefined) {
  process.on('message', () => void collectAndTell())
  // The channel alone does not keep a broker running that was told to stop.
  process.channel.unref()
}

async function collectAndTell(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' })
    await sleep(250)
  }
  const { maxRSS } = process.resourceUsage()
  process.send?.({ ...process.memoryUsage(), peak: maxRSS * 1024 })
}
