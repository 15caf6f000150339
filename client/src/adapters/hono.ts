import type { Context, Env, MiddlewareHandler } from 'hono'
import type { VerifiedToken, Verifier } from '../verifier/verification.ts'
import { rememberAdmitted } from './admitted.ts'
import { readBearer } from './bearer.ts'
import { toGate } from './gate.ts'
import type { Gate } from './gate.ts'
import { toRefusalAnswer } from './refusal-answer.ts'
import { toReadScopes } from './scope-of.ts'
import type { ScopeOf } from './scope-of.ts'

export { agentOf } from './admitted.ts'
export type { ScopeOf, Scopes } from './scope-of.ts'

/**
 * What a gate adds to the context: `c.get('agent')`.
 *
 * @example
 * ```ts
 * import type { AgentEnv } from '@agentwrit/client/hono'
 * import { Hono } from 'hono'
 *
 * const server = new Hono<AgentEnv>()
 * server.get('/me', (c) => c.text(c.get('agent').subject))
 * ```
 */
export interface AgentEnv extends Env {
  Variables: { agent: VerifiedToken }
}

/**
 * Hono middleware: lets a request pass if its bearer token is alive and covers the scope it needs. Anything else is answered
 * with 401, 403 (also when the scope cannot be named) or 503 (when the token cannot be checked), as a problem document
 * (RFC 9457) with the challenge of RFC 6750. A scope that is the same for all requests but is none is a `TypeError`.
 *
 * @example
 * ```ts
 * import { requireScope } from '@agentwrit/client/hono'
 * import { Hono } from 'hono'
 *
 * const server = new Hono()
 * const mayRead = requireScope(verifier, (c) => scope`read:records:${c.req.param('id')}`)
 * server.get('/patients/:id', mayRead, (c) => c.json({ readBy: c.get('agent').subject }))
 * ```
 */
export function requireScope<Path extends string = string>(
  verifier: Verifier,
  scopeOf: ScopeOf<Context<AgentEnv, Path>>,
): MiddlewareHandler<AgentEnv, Path> {
  return toMiddleware(toGate(verifier, toReadScopes(scopeOf)))
}

/**
 * As `requireScope`, for what every agent may do: any token that is alive will do.
 *
 * @example
 * ```ts
 * import { requireToken } from '@agentwrit/client/hono'
 * import { Hono } from 'hono'
 *
 * new Hono().use('/catalogue/*', requireToken(verifier))
 * ```
 */
export function requireToken(verifier: Verifier): MiddlewareHandler<AgentEnv> {
  return toMiddleware(toGate(verifier))
}

function toMiddleware<Path extends string>(
  gate: Gate<Context<AgentEnv, Path>>,
): MiddlewareHandler<AgentEnv, Path> {
  return async (c, next) => {
    const result = await gate(readBearer(c.req.raw.headers.get('authorization')), c)
    if (!result.ok) {
      const { status, headers, problem } = toRefusalAnswer(result)
      return c.body(JSON.stringify(problem), status, headers)
    }
    c.set('agent', result.auth)
    rememberAdmitted(c, result.auth)
    await next()
    return undefined
  }
}
