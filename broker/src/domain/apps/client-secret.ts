import { createHash, timingSafeEqual } from 'node:crypto'
import { encodeHex } from '@agentwrit/protocol'
import type { Random } from '../surroundings.ts'
import type { App } from './app.ts'

export interface ClientSecret {
  /** What the app presents: shown once. */
  readonly secret: string
  /** What is kept. */
  readonly hash: string
}

export function drawSecret(random: Random): ClientSecret {
  const secret = encodeHex(random(32))
  return { secret, hash: sha256(secret).toString('hex') }
}

export interface SecretMatch {
  readonly hash: string
  readonly isPrevious: boolean
}

/** The hash of no secret: nobody can present an empty one. */
const nobodys = sha256('')

/**
 * Which of the app's secrets was presented, at `now` (milliseconds). The same operations whether the app exists, whether
 * it has a previous secret, and whether any is right: a stranger learns nothing from how long it takes.
 */
export function matchSecret(
  app: Pick<App, 'secretHash' | 'previousSecret'> | undefined,
  presented: string,
  now: number,
): SecretMatch | undefined {
  const shown = sha256(presented)
  const isCurrent = timingSafeEqual(shown, toBytes(app?.secretHash))
  const isPrevious = timingSafeEqual(shown, toBytes(app?.previousSecret?.hash))
  if (app === undefined) return undefined
  if (isCurrent) return { hash: app.secretHash, isPrevious: false }
  const { previousSecret } = app
  if (!isPrevious || previousSecret === undefined || now >= previousSecret.expiresAt) {
    return undefined
  }
  return { hash: previousSecret.hash, isPrevious: true }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function toBytes(hash: string | undefined): Buffer {
  return hash === undefined ? nobodys : Buffer.from(hash, 'hex')
}
