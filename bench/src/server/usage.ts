import { setImmediate as turn } from 'node:timers/promises'

export interface UsageCommands {
  /** Collects garbage, so that no round pays for what another one has left behind. */
  readonly settle: () => Promise<void>
  /** What this process has used so far, all its threads and the kernel's work for it included. */
  readonly cpuMicroseconds: () => number
}

export const usageCommands: UsageCommands = {
  async settle() {
    globalThis.gc?.()
    await turn()
  },
  cpuMicroseconds() {
    const { user, system } = process.cpuUsage()
    return user + system
  },
}
