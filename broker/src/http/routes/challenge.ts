import type { ChallengeResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { issueNonce } from '../../domain/identity/issue-nonce.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

const answer = wireSchema<ChallengeResponse>()(
  Type.Object({ nonce: Type.String({ pattern: '^[0-9a-f]{64}$' }), expires_in: Type.Integer() }),
)

export const challengeRoute = route({
  method: 'GET',
  path: '/v1/challenge',
  summary: 'Get a nonce to sign with the key of a new agent',
  status: 200,
  answer,
  errors: [],
  handle: ({ context }) => issueNonce(context),
})
