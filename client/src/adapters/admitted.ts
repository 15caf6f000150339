import { AgentWritError } from '../errors.ts'
import type { VerifiedToken } from '../verifier/verification.ts'

// Beside the places where a framework's users look (`req.auth`), which anybody may write: only a gate writes here.
const admitted = new WeakMap<object, VerifiedToken>()

export function rememberAdmitted(asked: object, auth: VerifiedToken): void {
  admitted.set(asked, auth)
}

/**
 * Who was let in: what the token of this request says, once a gate of this package has passed it. An `AgentWritError` when
 * none has, so that a handler whose gate was forgotten does not run on as nobody.
 *
 * @example
 * ```ts
 * import { agentOf, requireToken } from '@agentwrit/client/express'
 * import express from 'express'
 *
 * const server = express()
 * server.get('/me', requireToken(verifier), (request, response) => {
 *   response.json({ agent: agentOf(request).subject })
 * })
 * ```
 */
export function agentOf(asked: object): VerifiedToken {
  const auth = admitted.get(asked)
  if (auth === undefined) throw new AgentWritError('the request has passed no gate')
  return auth
}
