import type { Logger } from './logger.ts'
import { wakeAfter } from './runtime.ts'

/**
 * Time and chance, as the client sees them; tests hand in their own.
 *
 * @example
 * ```ts
 * const surroundings: Partial<Surroundings> = { now: () => Date.UTC(2026, 9, 1), sleep: async () => {} }
 * const broker = new Broker('http://127.0.0.1:8080', { surroundings })
 * ```
 */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Milliseconds since some instant of the runtime's own: goes on evenly and is never set, as `performance.now`. */
  readonly elapsed: () => number
  /** Rejects with the signal's reason when it is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Calls back once, and keeps no process alive for it; returns how to call it off. */
  readonly wakeAfter: (milliseconds: number, wake: () => void) => () => void
  /** 0 <= x < 1, for the jitter of retries; never for anything secret. */
  readonly random: () => number
}

/**
 * How a client reaches its broker. What is out of range is a RangeError.
 *
 * @example
 * ```ts
 * const broker = new Broker('https://broker.internal', { timeout: 3_000, maxRetries: 0 })
 * ```
 */
export interface ClientOptions {
  /** Sends the requests. Default: the `fetch` that is global when the request is made. */
  readonly fetch?: typeof fetch
  /** Milliseconds for each request to the broker, its retries included, from 1 to 2^31 - 1. Default 10 000. */
  readonly timeout?: number
  /** How often a call may be repeated, where repeating it is safe, from 0 to 10. Default 2. */
  readonly maxRetries?: number
  /** Told what the client does; silent by default. */
  readonly logger?: Logger
  readonly surroundings?: Partial<Surroundings>
}

/**
 * The last argument of every method.
 *
 * @example
 * ```ts
 * await broker.health({ signal: AbortSignal.timeout(500), maxRetries: 0 })
 * ```
 */
export interface CallOptions {
  /** Ends the call; it then rejects with the signal's own reason. */
  readonly signal?: AbortSignal
  /** Milliseconds; instead of the client's own. */
  readonly timeout?: number
  /** Instead of the client's own. */
  readonly maxRetries?: number
}

/**
 * How a token is renewed.
 *
 * @example
 * ```ts
 * const rest: RenewalOptions = { scope: ['read:sales:2026-10'], timeout: 3_000 }
 * await agent.renew(rest)
 * ```
 */
export interface RenewalOptions extends CallOptions {
  /** What the successor, and all after it, may do: within the present scope, never to grow again. Absent: the same. */
  readonly scope?: readonly string[]
}

export const defaultTimeout = 10_000
export const defaultMaxRetries = 2
// What timers of all runtimes can count to.
export const longestTimeout: number = 2 ** 31 - 1
const mostRetries = 10

export function requireTimeout(timeout: number): number {
  if (Number.isInteger(timeout) && timeout >= 1 && timeout <= longestTimeout) return timeout
  throw new RangeError(`timeout must be a whole number of milliseconds from 1 to ${longestTimeout}`)
}

export function requireMaxRetries(maxRetries: number): number {
  if (Number.isInteger(maxRetries) && maxRetries >= 0 && maxRetries <= mostRetries)
    return maxRetries
  throw new RangeError(`maxRetries must be a whole number from 0 to ${mostRetries}`)
}

export const realSurroundings: Surroundings = {
  now: Date.now,
  elapsed: () => performance.now(),
  random: Math.random,
  wakeAfter,
  sleep: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stop)
        resolve()
      }, milliseconds)
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    }),
}
