// A resource server's process, as far as it verifies: the offline verifier, and `jose` with the same tokens and keys.
import assert from 'node:assert/strict'
import { createVerifier } from '@agentwrit/client'
import { RevocationFollower, type PublishedRevocation } from '@agentwrit/protocol'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { launchedScope } from '../launched-scope.ts'
import { serveCommands } from '../remote.ts'
import { usageCommands, type UsageCommands } from './usage.ts'

export interface VerifierCommands extends UsageCommands {
  /** Follows this broker; resolves once it is up to date. */
  readonly start: (broker: FollowedBroker) => Promise<void>
  /** Microseconds of CPU for each of the tokens. */
  readonly verify: (tokens: readonly string[]) => Promise<number>
  readonly verifyWithJose: (tokens: readonly string[]) => Promise<number>
  /** Bytes for each of so many sessions that were taken away. */
  readonly follow: (revocations: number) => number
  readonly followInMaps: (revocations: number) => number
  readonly [name: string]: (argument: never) => unknown
}

export interface FollowedBroker {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
}

type Verify = (token: string) => Promise<unknown>

let verifyOffline: Verify | undefined
let verifyJose: Verify | undefined
let close = async () => {}

const commands: VerifierCommands = {
  ...usageCommands,
  start,
  verify: (tokens) => cpuPerCall(verifyOffline, tokens),
  verifyWithJose: (tokens) => cpuPerCall(verifyJose, tokens),
  follow: (revocations) => bytesPerEntry(revocations, fillFollower),
  followInMaps: (revocations) => bytesPerEntry(revocations, fillMaps),
}
serveCommands(commands, () => close())

async function start({ url: broker, clientId, clientSecret }: FollowedBroker): Promise<void> {
  const credentials = { clientId, clientSecret }
  const any = { audience: null, issuer: null }
  const verifier = createVerifier({ broker, mode: 'offline', credentials, ...any })
  close = () => verifier.close()
  await verifier.ready()
  const answer = await fetch(`${broker}/.well-known/jwks.json`)
  // oxlint-disable-next-line no-unsafe-type-assertion -- what this broker publishes
  const keys = createLocalJWKSet((await answer.json()) as Parameters<typeof createLocalJWKSet>[0])
  verifyOffline = async (token) => {
    const { ok } = await verifier.verify(token, { scope: launchedScope })
    assert.ok(ok)
  }
  verifyJose = (token) => jwtVerify(token, keys, { algorithms: ['EdDSA'] })
}

async function cpuPerCall(verify: Verify | undefined, tokens: readonly string[]): Promise<number> {
  assert.ok(verify !== undefined, 'the verifier has not been started')
  // Each request brings a text of its own.
  const received = tokens.map((token) => Buffer.from(token).toString())
  await usageCommands.settle()
  const before = usageCommands.cpuMicroseconds()
  for (const token of received) await verify(token)
  return (usageCommands.cpuMicroseconds() - before) / tokens.length
}

function bytesPerEntry(revocations: number, fill: (count: number) => unknown): number {
  const before = bytesInUse()
  const filled = fill(revocations)
  const bytes = bytesInUse() - before
  assert.ok(filled !== undefined)
  return bytes / revocations
}

function bytesInUse(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const exp = Math.floor(Date.now() / 1000) + 3600
const partSize = 1000

function fillFollower(count: number): RevocationFollower {
  const follower = new RevocationFollower()
  const parts = Math.ceil(count / partSize)
  for (let part = 1; part <= parts; part += 1) {
    const entries = Array.from({ length: partSize }, (_, place) => revocation(part, place))
    const data = { seq: 0, epoch: '0'.repeat(16), not_before: 0, at: 0, part, parts, entries }
    assert.ok(follower.take({ event: 'snapshot', data: copyOf(data) }))
  }
  return follower
}

/** The same names in one Map for each kind. */
function fillMaps(count: number): Map<string, number>[] {
  const [sessions, launchers] = [new Map<string, number>(), new Map<string, number>()]
  for (let made = 0; made < count; made += 1) {
    const { sid } = copyOf({ sid: nameOf(made, 32) })
    sessions.set(sid, exp)
    launchers.set(sid, exp)
  }
  return [sessions, launchers]
}

function revocation(part: number, place: number): PublishedRevocation {
  const number = part * partSize + place
  const [target, sid] = [nameOf(number, 64), nameOf(number, 32)]
  const revoked_at = '2026-01-02T03:04:05.600Z'
  return { action: 'revoke', id: 'entry', level: 'token', target, sid, revoked_at, exp }
}

/** As it came over the wire. */
function copyOf<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value))
}

/** Spread as a hash is. */
function nameOf(number: number, length: number): string {
  const word = Math.imul(number + 1, 0x9e_37_79_b1) >>> 0
  return `${word.toString(16).padStart(8, '0')}${number.toString(16)}`.padEnd(length, '0')
}
