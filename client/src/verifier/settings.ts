import { isPlainText } from '@agentwrit/protocol'
import { toBroker } from '../broker.ts'
import type { Broker, BrokerOrUrl } from '../broker.ts'
import { callQuietly } from '../call-quietly.ts'

/**
 * What a verifier signs in with to follow what is revoked: an app that an operator has registered with the role
 * `verifier`, whose tokens can do nothing else.
 *
 * @example
 * ```ts
 * const { client_id, client_secret } = await operator.registerApp({
 *   name: 'records', scopes: [], role: 'verifier',
 * })
 * const credentials: VerifierCredentials = { clientId: client_id, clientSecret: client_secret }
 * ```
 */
export interface VerifierCredentials {
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * How tokens are verified. `audience` and `issuer` must be given: null says in so many words that any will do, and a
 * value that is missing by mistake (an unset variable, say) is a TypeError, never less protection.
 *
 * @example
 * ```ts
 * const options: VerifierOptions = {
 *   broker: 'https://broker.internal',
 *   mode: 'introspect',
 *   audience: 'https://records.internal',
 *   issuer: 'https://broker.internal',
 * }
 * ```
 */
export interface VerifierOptions {
  readonly broker: BrokerOrUrl
  /** `introspect` asks the broker about each token; `offline` follows what is revoked and asks nobody. */
  readonly mode: 'introspect' | 'offline'
  /** Who this server is: `aud` of its tokens must hold it (RFC 7519 section 4.1.3). Null: tokens for anybody, or for nobody in particular. */
  readonly audience: string | null
  /** `AA_ISSUER` of the broker: `iss` must be it (RFC 7519 section 4.1.1). Null: any, as with a broker that has none set. */
  readonly issuer: string | null
  /** Needed for `offline`. */
  readonly credentials?: VerifierCredentials
  /**
   * Milliseconds from 1 000 to 60 000, by default 5 000: with older knowledge than that every token is refused. Offline it
   * is the longest time for which a revocation may not be heard of while the broker cannot be reached; normally it takes
   * well under a second. Introspecting, an answer must come within it.
   */
  readonly maxStaleness?: number
  /** For tokens that have been verified, by default 16 MiB. At least 64 KiB. */
  readonly cacheBytes?: number
  /**
   * Told why the broker could not be asked or followed; the verifier goes on by itself, and nobody waits for a promise that is
   * returned. No error holds a credential.
   */
  readonly onError?: (error: unknown) => unknown
}

/** Options that have been looked at. */
export interface Settings {
  readonly broker: Broker
  readonly audience: string | null
  readonly issuer: string | null
  readonly maxStaleness: number
  readonly cacheBytes: number
  /** Never throws. */
  readonly report: (error: unknown) => void
}

const defaultMaxStaleness = 5_000
const defaultCacheBytes = 16 * 1024 * 1024

export function readSettings(options: VerifierOptions): Settings {
  const { onError } = options
  return {
    broker: toBroker(options.broker),
    audience: requireName(options.audience, 'audience'),
    issuer: requireName(options.issuer, 'issuer'),
    maxStaleness: requireWithin(options.maxStaleness ?? defaultMaxStaleness, {
      name: 'maxStaleness',
      least: 1_000,
      most: 60_000,
    }),
    cacheBytes: requireWithin(options.cacheBytes ?? defaultCacheBytes, {
      name: 'cacheBytes',
      least: 64 * 1024,
      most: 2 ** 40,
    }),
    // Whoever is told must not change what is decided.
    report: (error) => callQuietly(() => onError?.(error)),
  }
}

export function requireCredentials({ credentials }: VerifierOptions): VerifierCredentials {
  const { clientId, clientSecret } = credentials ?? {}
  if (!isPlainText(clientId, 64) || !isPlainText(clientSecret, 1024))
    throw new TypeError('credentials must be the clientId and clientSecret of a verifier')
  return { clientId, clientSecret }
}

function requireName(value: unknown, name: string): string | null {
  if (value === null || isPlainText(value, 256)) return value
  throw new TypeError(
    `${name} must be a text of 1 to 256 characters, or null if any will do: it is what keeps tokens for others out`,
  )
}

interface Range {
  readonly name: string
  readonly least: number
  readonly most: number
}

function requireWithin(value: number, { name, least, most }: Range): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}`)
}
