import type { Claims, ValidateRequest, ValidateResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { validateToken } from '../../domain/tokens/validate-token.ts'
import { claims } from '../schemas/claims-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

/**
 * A longer token than any we sign is simply not valid, so its length is no fault of the request; a pattern, because
 * `minLength` would count all its characters.
 */
const body = wireSchema<ValidateRequest>()(
  Type.Object({
    token: Type.String({ pattern: '^[\\s\\S]' }),
    audience: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  }),
)

const answer = wireSchema<ValidateResponse>()(
  Type.Union([
    Type.Object({ valid: Type.Literal(true), claims }),
    Type.Object({
      valid: Type.Literal(false),
      error: Type.String({ description: 'The same for every cause' }),
    }),
  ]),
)

export const validateTokenRoute = route({
  method: 'POST',
  path: '/v1/token/validate',
  summary: 'Ask whether a token is live, and what it says',
  body,
  status: 200,
  answer,
  serialise,
  errors: [],
  handle: ({ context }, { body: asked, origin }) => validateToken(context, asked, origin),
})

/** The text of a valid verdict is made once for each verified token, and forgotten with it. */
const valid = new WeakMap<Claims, string>()

function serialise(verdict: ValidateResponse): string {
  if (!verdict.valid) return JSON.stringify(verdict)
  const known = valid.get(verdict.claims)
  if (known !== undefined) return known
  const made = JSON.stringify(verdict)
  valid.set(verdict.claims, made)
  return made
}
