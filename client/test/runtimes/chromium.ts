import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

/** The Chromium of this machine, without a window. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: requireChromium(), args: ['--no-sandbox'] })
}

function requireChromium(): string {
  // eslint-disable-next-line node/no-process-env -- PATH is where the system says what is installed.
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'chromium')
    if (isExecutable(path)) return path
  }
  throw new Error('chromium is not in PATH; on Debian, install it with: apt-get install chromium')
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
