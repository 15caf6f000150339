import type { FastifyRequest } from 'fastify'
import type { Context } from '../domain/context.ts'
import type { Fault } from '../domain/fault.ts'
import {
  authenticateBearer,
  authenticateForRelease,
  authenticateForRenewal,
} from '../domain/identity/authenticate-bearer.ts'
import type { Caller } from '../domain/identity/caller.ts'
import { requireKind, requireScope } from '../domain/identity/require-scope.ts'
import { originOf } from './origin.ts'

/** Which bearers a route takes, see `verifiers`. */
export type BearerRule = keyof typeof verifiers

const verifiers = {
  live: authenticateBearer,
  /** Release alone: also dead ones that have not expired. */
  unexpired: authenticateForRelease,
  /** Renewal alone: also superseded ones that repeat their own renewal. */
  renewable: authenticateForRenewal,
}

export interface Access {
  readonly bearer: BearerRule
  /** Any of these will do. */
  readonly scopes?: readonly [string, ...string[]] | undefined
  readonly kinds?: readonly Caller['kind'][] | undefined
}

/** Bearer, then scope, then kind of principal (contract 1.5, 1.6). Throws the `Fault` of the first that fails. */
export async function authenticate(
  context: Context,
  request: FastifyRequest,
  { bearer, scopes, kinds }: Access,
): Promise<Caller> {
  const idempotencyKey = request.headers['idempotency-key']
  const caller = await verifiers[bearer](context, {
    authorization: request.headers.authorization,
    origin: originOf(request),
    // Operators get in while strangers flood (contract 2.4).
    pace: request.route?.path.startsWith('/v1/admin/') === true ? 'at once' : 'queued',
    idempotencyKey: typeof idempotencyKey === 'string' ? idempotencyKey : undefined,
  })
  if (scopes !== undefined) requireScope(caller, scopes)
  if (kinds !== undefined) requireKind(caller, kinds)
  return caller
}

/** The `WWW-Authenticate` of a refusal by a protected route (RFC 6750). */
export function challengeFor(request: FastifyRequest, { code }: Fault): string | undefined {
  const access = request.route?.access
  if (access === undefined) return undefined
  if (code === 'insufficient_scope') {
    const scope = access.scopes?.[0]
    return `Bearer error="insufficient_scope"${scope === undefined ? '' : `, scope="${scope}"`}`
  }
  if (code !== 'unauthorized') return undefined
  const isBearer = request.headers.authorization?.startsWith('Bearer ') === true
  return isBearer ? 'Bearer error="invalid_token"' : 'Bearer'
}
