import type { Broker } from './broker.ts'
import { AuthenticationError, AuthorizationError } from './errors.ts'
import type { CallOptions } from './options.ts'

interface Released {
  readonly token: string
  /** When it ends by itself, in milliseconds since the epoch, if that ends the session too. */
  readonly expiresAt?: number
}

/** Ends the session of a token, whoever or whatever may have ended it before. */
export async function releaseToken(
  broker: Broker,
  { token, expiresAt = Infinity }: Released,
  options: CallOptions | undefined,
): Promise<void> {
  try {
    await broker.release(token, options)
  } catch (error) {
    const hasEnded = broker.transport.surroundings.now() >= expiresAt
    if (hasEnded && error instanceof AuthenticationError) return
    if (!isRevokedAlready(error)) throw error
  }
}

/** AgentWrit 2.0 answers so when somebody else has already revoked the token. */
function isRevokedAlready(error: unknown): boolean {
  return error instanceof AuthorizationError && /\brevoked\b/.test(error.detail ?? '')
}
