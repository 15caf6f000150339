import { ProblemError, TransportError } from './errors.ts'

/**
 * When a call may be sent again.
 *
 * - `safe`: it changes nothing, or repeating it changes nothing more: no answer, 408, 429, 5xx.
 * - `sign-in`: a second session does no harm: no answer, 429, 5xx.
 * - `unsent`: a second time could act twice (or use up a single-use launch token): only if the connection was never
 *   made.
 *
 * @example
 * ```ts
 * const rule: RetryRule = 'unsent'
 * await broker.transport.send({ method: 'POST', path: '/v1/token/renew', bearer: token }, rule)
 * ```
 */
export type RetryRule = 'safe' | 'sign-in' | 'unsent'

export function mayRetry(rule: RetryRule, error: unknown): boolean {
  if (error instanceof TransportError) return rule === 'unsent' ? error.neverSent : true
  if (!(error instanceof ProblemError) || rule === 'unsent') return false
  return error.status === 429 || error.status >= 500 || (error.status === 408 && rule === 'safe')
}

const firstPause = 250
const longestPause = 8_000

/** Milliseconds until attempt number `attempt + 1`: doubling, half of it left to chance, never sooner than asked. */
export function pauseBefore(attempt: number, error: unknown, random: () => number): number {
  const pause = Math.min(longestPause, firstPause * 2 ** attempt) * (0.5 + random() / 2)
  const asked = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1000 : 0
  return Math.max(pause, asked)
}
