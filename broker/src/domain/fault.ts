import type { ErrorCode } from '@agentwrit/protocol'
import type { Refusal } from './audit/refusal.ts'

export interface FaultOptions {
  /** What went wrong inside; goes to the log, never to the client. */
  readonly cause?: unknown
  /** A next step for the client, shown as `hint`. */
  readonly hint?: string
  /** Seconds until a retry can succeed; sent as `Retry-After` with 429 and 503. */
  readonly retryAfter?: number
  /** The event that must be written before this refusal is answered. */
  readonly refusal?: Refusal
}

/** The one error of the broker: a code of the contract and a sentence that is safe to show to anybody. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly retryAfter: number | undefined
  readonly refusal: Refusal | undefined

  constructor(code: ErrorCode, detail: string, options: FaultOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.retryAfter = options.retryAfter
    this.refusal = options.refusal
  }
}

/** The key that signed a token was replaced before the token could be kept: nothing happened, and a retry will do. */
export function keyChanged(): Fault {
  return new Fault('service_unavailable', 'the signing key has just changed', { retryAfter: 1 })
}
