// A resource server in a process of its own: an offline verifier, and commands over the IPC channel. Only the verifier
// keeps the process alive.
import { setTimeout as sleep } from 'node:timers/promises'
import { createVerifier, type Verification, type Verifier } from '@agentwrit/client'
import { serveCommands } from '../../../bench/src/remote.ts'

export interface Duty {
  readonly broker: string
  readonly credentials: { readonly clientId: string; readonly clientSecret: string }
  readonly maxStaleness: number
}

/** What became of a token that was being watched. Times are milliseconds since the epoch. */
export interface Watched {
  /** When it was looked at for the last time before it was refused. */
  lastAcceptedAt: number
  firstRefusedAt: number
  /** When it was known to be dead, and the living one was accepted. */
  settledAt: number
  /** How often it was accepted after it had been refused. */
  acceptedAgain: number
}

export interface ResourceServerCommands {
  /** Resolves when the verifier is ready. */
  readonly begin: (duty: Duty) => Promise<void>
  readonly verify: (token: string) => Promise<Verification>
  readonly watch: (token: string) => void
  /** Resolves when the watched token is known to be dead, and this living one is accepted. */
  readonly settle: (living: string) => Promise<Watched>
  readonly countErrors: () => number
  readonly close: () => Promise<void>
  readonly [name: string]: (argument: never) => unknown
}

/** Milliseconds between two looks at a token. */
const pause = 1

let verifier: Verifier | undefined
let errors = 0
let watching: Promise<Watched> | undefined
let living: string | undefined

const onError = () => void (errors += 1)

const commands: ResourceServerCommands = {
  begin,
  verify,
  watch(token) {
    living = undefined
    watching = watch(token)
  },
  async settle(token) {
    if (watching === undefined) throw new Error('no token is being watched')
    living = token
    return watching
  },
  countErrors: () => errors,
  close,
}
serveCommands(commands, close)

async function begin(duty: Duty): Promise<void> {
  verifier = createVerifier({ ...duty, mode: 'offline', audience: null, issuer: null, onError })
  process.channel?.unref()
  await verifier.ready()
}

async function verify(token: string): Promise<Verification> {
  if (verifier === undefined) throw new Error('the verifier has not begun')
  return verifier.verify(token)
}

async function close(): Promise<void> {
  await verifier?.close()
}

async function watch(dead: string): Promise<Watched> {
  const seen: Watched = { lastAcceptedAt: 0, firstRefusedAt: 0, settledAt: 0, acceptedAgain: 0 }
  for (; ; await sleep(pause)) {
    const at = Date.now()
    const result = await verify(dead)
    if (result.ok) {
      seen.lastAcceptedAt = at
      if (seen.firstRefusedAt !== 0) seen.acceptedAgain += 1
      continue
    }
    if (seen.firstRefusedAt === 0) seen.firstRefusedAt = Date.now()
    if (result.reason === 'not_ready' || living === undefined) continue
    if ((await verify(living)).ok) return { ...seen, settledAt: Date.now() }
  }
}
