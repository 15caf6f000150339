// A resource server in a process of its own: an offline verifier, and orders over the IPC channel. Only the verifier keeps
// the process alive.
import { setTimeout as sleep } from 'node:timers/promises'
import { createVerifier, type Verification, type Verifier } from '@agentwrit/client'

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

export type Order =
  | { readonly order: 'begin'; readonly duty: Duty }
  | { readonly order: 'verify' | 'watch' | 'settle'; readonly token: string }
  | { readonly order: 'countErrors' | 'close' }

/** Milliseconds between two looks at a token. */
const pause = 1

let verifier: Verifier | undefined
let errors = 0
let watching: Promise<Watched> | undefined
let living: string | undefined

const onError = () => void (errors += 1)

async function obey(order: Order): Promise<unknown> {
  switch (order.order) {
    case 'begin':
      return begin(order.duty)
    case 'verify':
      return verify(order.token)
    case 'watch':
      living = undefined
      watching = watch(order.token)
      break
    case 'settle':
      living = order.token
      return watching
    case 'countErrors':
      return errors
    case 'close':
      await verifier?.close()
      break
  }
  return undefined
}

async function begin(duty: Duty): Promise<void> {
  verifier = createVerifier({ ...duty, mode: 'offline', audience: null, issuer: null, onError })
  process.channel?.unref()
  await verifier.ready()
}

async function verify(token: string): Promise<Verification> {
  if (verifier === undefined) throw new Error('the verifier has not begun')
  return verifier.verify(token)
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

process.on('message', ({ id, ...order }: Order & { readonly id: number }) => {
  obey(order).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, failure: String(error) }),
  )
})
process.on('disconnect', () => process.exit(1))
