import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface DevConfig {
  readonly path: string
  /** Only when the file was made just now: it is shown once. */
  readonly adminSecret: string | undefined
}

/** An ordinary config file for trying things out, made on the first run and kept, so that a restart changes nothing. */
export function ensureDevConfig(folder: string): DevConfig {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'config')
  const adminSecret = randomBytes(32).toString('base64url')
  if (!writeNew(path, devConfig(folder, adminSecret))) return { path, adminSecret: undefined }
  // The folder keeps itself out of version control.
  writeNew(join(folder, '.gitignore'), '*\n')
  return { path, adminSecret }
}

function devConfig(folder: string, adminSecret: string): string {
  return `# For development on this machine. Delete this folder to start anew.
MODE=development
ADMIN_SECRET=${adminSecret}
AA_DB_PATH=${join(folder, 'data.db')}
AA_SIGNING_KEY_PATH=${join(folder, 'signing.key')}
AA_SEED_TOKENS=true
AA_LOG_FORMAT=pretty
`
}

/** False when the file is already there; it is left as it is. */
function writeNew(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
