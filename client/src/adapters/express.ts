import type { VerifiedToken, Verifier } from '../verifier/verification.ts'
import { rememberAdmitted } from './admitted.ts'
import { readNodeBearer } from './bearer.ts'
import { toGate } from './gate.ts'
import type { Gate } from './gate.ts'
import { toRefusalAnswer } from './refusal-answer.ts'
import { toReadScopes } from './scope-of.ts'
import type { ScopeOf } from './scope-of.ts'

export { agentOf } from './admitted.ts'
export type { ScopeOf, Scopes } from './scope-of.ts'

/**
 * What a gate needs of an Express request, and leaves there: `auth`, the `VerifiedToken`. For a scope made out of anything but
 * `params`, name Express's own type: `(request: express.Request) => …`.
 *
 * @example
 * ```ts
 * import type { ExpressRequest } from '@agentwrit/client/express'
 *
 * const isAnonymous = ({ headers }: ExpressRequest) => headers.authorization === undefined
 * ```
 */
export interface ExpressRequest {
  readonly headers: { readonly authorization?: string | undefined }
  readonly rawHeaders: readonly string[]
  readonly params: { readonly [name: string]: unknown }
  auth?: unknown
}

/**
 * What a gate needs of an Express response.
 *
 * @example
 * ```ts
 * import type { ExpressResponse } from '@agentwrit/client/express'
 *
 * const refuse = (response: ExpressResponse) => response.status(401).set({}).json({})
 * ```
 */
export interface ExpressResponse {
  status(code: number): this
  set(headers: Record<string, string>): this
  json(body: unknown): unknown
}

/**
 * Middleware that calls the next one, or answers: it never does both.
 *
 * @example
 * ```ts
 * import { requireToken, type ExpressGate } from '@agentwrit/client/express'
 *
 * const gate: ExpressGate = requireToken(verifier)
 * ```
 */
export type ExpressGate<Request extends ExpressRequest = ExpressRequest> = (
  request: Request,
  response: ExpressResponse,
  next: () => void,
) => Promise<void>

/**
 * Express middleware: lets a request pass if its bearer token is alive and covers the scope it needs. Anything else is
 * answered with 401, 403 (also when the scope cannot be named) or 503 (when the token cannot be checked), as a problem
 * document (RFC 9457) with the challenge of RFC 6750. A scope that is the same for all requests but is none is a `TypeError`.
 *
 * @example
 * ```ts
 * import { agentOf, requireScope } from '@agentwrit/client/express'
 * import express from 'express'
 *
 * const server = express()
 * const mayRead = requireScope(verifier, ({ params }) => scope`read:records:${params['id']}`)
 * server.get('/patients/:id', mayRead, (request, response) => {
 *   response.json({ readBy: agentOf(request).subject })
 * })
 * ```
 */
export function requireScope<Request extends ExpressRequest>(
  verifier: Verifier,
  scopeOf: ScopeOf<Request>,
): ExpressGate<Request> {
  return toMiddleware(toGate(verifier, toReadScopes(scopeOf)))
}

/**
 * As `requireScope`, for what every agent may do: any token that is alive will do.
 *
 * @example
 * ```ts
 * import { requireToken } from '@agentwrit/client/express'
 * import express from 'express'
 *
 * express().use('/catalogue', requireToken(verifier))
 * ```
 */
export function requireToken(verifier: Verifier): ExpressGate {
  return toMiddleware(toGate(verifier))
}

function toMiddleware<Request extends ExpressRequest>(gate: Gate<Request>): ExpressGate<Request> {
  return async (request, response, next) => {
    const result = await gate(readNodeBearer(request.headers, request.rawHeaders), request)
    if (result.ok) {
      remember(request, result.auth)
      next()
    } else {
      const { status, headers, problem } = toRefusalAnswer(result)
      response.status(status).set(headers).json(problem)
    }
  }
}

function remember(request: ExpressRequest, auth: VerifiedToken): void {
  request.auth = auth
  rememberAdmitted(request, auth)
}
