import type { Verifier } from '../verifier/verification.ts'
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
 * What a gate needs of a Fastify request.
 *
 * @example
 * ```ts
 * import type { FastifyRequestLike } from '@agentwrit/client/fastify'
 *
 * const isAnonymous = ({ headers }: FastifyRequestLike) => headers.authorization === undefined
 * ```
 */
export interface FastifyRequestLike {
  readonly headers: { readonly authorization?: string | undefined }
  readonly raw: { readonly rawHeaders: readonly string[] }
}

/**
 * What a gate needs of a Fastify reply.
 *
 * @example
 * ```ts
 * import type { FastifyReplyLike } from '@agentwrit/client/fastify'
 *
 * const refuse = (reply: FastifyReplyLike) => reply.code(401).headers({}).send({})
 * ```
 */
export interface FastifyReplyLike {
  code(status: number): this
  headers(values: Record<string, string>): this
  send(payload?: unknown): unknown
}

/**
 * A hook with a callback: Fastify goes on when `done` is called, and only then. An `async` hook that answers lets the handler
 * run as soon as its promise is settled, even one that returns the reply, when the client hangs up before an `onSend` hook
 * is through.
 *
 * @example
 * ```ts
 * import { requireToken, type FastifyGate } from '@agentwrit/client/fastify'
 *
 * const gate: FastifyGate = requireToken(verifier)
 * ```
 */
export type FastifyGate<Request extends FastifyRequestLike = FastifyRequestLike> = (
  request: Request,
  reply: FastifyReplyLike,
  done: (error?: Error) => void,
) => void

/**
 * A Fastify hook (`onRequest`, `preValidation` or `preHandler`): lets a request pass if its bearer token is alive and covers
 * the scope it needs. Anything else is answered with 401, 403 (also when the scope cannot be named) or 503 (when the token
 * cannot be checked), as a problem document (RFC 9457) with the challenge of RFC 6750. A scope that is the same for all
 * requests but is none is a `TypeError`. Where a schema changes what a request holds (types coerced, defaults filled in), use
 * `preHandler`: earlier hooks see what was sent, and the scope must name what the handler will read.
 *
 * @example
 * ```ts
 * import { agentOf, requireScope } from '@agentwrit/client/fastify'
 * import { fastify } from 'fastify'
 *
 * type ById = { Params: { id: string } }
 * const server = fastify()
 * server.get<ById>(
 *   '/patients/:id',
 *   { onRequest: requireScope(verifier, ({ params }) => scope`read:records:${params.id}`) },
 *   (request) => ({ readBy: agentOf(request).subject }),
 * )
 * ```
 */
export function requireScope<Request extends FastifyRequestLike>(
  verifier: Verifier,
  scopeOf: ScopeOf<Request>,
): FastifyGate<Request> {
  return toHook(toGate(verifier, toReadScopes(scopeOf)))
}

/**
 * As `requireScope`, for what every agent may do: any token that is alive will do. The decorator, if you want `request.agent`,
 * throws where no gate was passed.
 *
 * @example
 * ```ts
 * import { agentOf, requireToken } from '@agentwrit/client/fastify'
 * import { fastify } from 'fastify'
 *
 * const server = fastify()
 * server.addHook('onRequest', requireToken(verifier))
 * server.decorateRequest('agent', { getter() { return agentOf(this) } })
 * ```
 */
export function requireToken(verifier: Verifier): FastifyGate {
  return toHook(toGate(verifier))
}

function toHook<Request extends FastifyRequestLike>(gate: Gate<Request>): FastifyGate<Request> {
  const pass = async (request: Request, reply: FastifyReplyLike, done: () => void) => {
    const result = await gate(readNodeBearer(request.headers, request.raw.rawHeaders), request)
    if (result.ok) {
      rememberAdmitted(request, result.auth)
      done()
    } else {
      const { status, headers, problem } = toRefusalAnswer(result)
      reply.code(status).headers(headers).send(problem)
    }
  }
  return (request, reply, done) => void pass(request, reply, done)
}
