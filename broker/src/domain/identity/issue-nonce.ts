import type { ChallengeResponse } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { makeNonce, nonceLifetime } from './nonce.ts'

export function issueNonce({ keys, clock, random }: Context): ChallengeResponse {
  return { nonce: makeNonce(keys, clock, random), expires_in: nonceLifetime }
}
