import type { Broker } from './broker.ts'
import { AuthorizationError } from './errors.ts'
import type { CallOptions } from './options.ts'

/** Ends the session of a token, whoever may have ended it before. */
export async function releaseToken(
  broker: Broker,
  token: string,
  options: CallOptions | undefined,
): Promise<void> {
  try {
    await broker.release(token, options)
  } catch (error) {
    if (!isRevokedAlready(error)) throw error
  }
}

/** AgentWrit 2.0 answers so when somebody else has already revoked the token. */
function isRevokedAlready(error: unknown): boolean {
  return error instanceof AuthorizationError && /\brevoked\b/.test(error.detail ?? '')
}
