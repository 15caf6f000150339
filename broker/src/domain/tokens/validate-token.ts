import { hasAudience, type ValidateRequest, type ValidateResponse } from '@agentwrit/protocol'
import type { Origin } from '../audit/refusal.ts'
import type { Context } from '../context.ts'
import { checkToken } from './check-token.ts'
import { unknownSession } from './unknown-session.ts'

/** Wire literal: the one answer for every token that is not good, whatever the cause. */
const INVALID: ValidateResponse = { valid: false, error: 'token is invalid or expired' }

/** Introspection by anybody (contract 4.3): what the token says if it is live, and nothing about why if it is not. */
export async function validateToken(
  context: Context,
  { token, audience }: ValidateRequest,
  origin: Origin,
): Promise<ValidateResponse> {
  const checked = await checkToken(context, token)
  if (checked.state === 'invalid' && checked.reason === 'unknown_session') {
    await context.live.refusals.record(origin, unknownSession(origin, checked.claims))
  }
  if (checked.state !== 'live') return INVALID
  const { claims } = checked
  if (!hasAudience(claims, audience)) return INVALID
  return { valid: true, claims }
}
