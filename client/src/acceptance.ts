import type { Claims, ValidateResponse } from '@agentwrit/protocol'
import { toAgentOptions } from './agent-options.ts'
import type { AgentOptions } from './agent-options.ts'
import { requireOrigins } from './allowed-origins.ts'
import type { Beginning } from './beginning.ts'
import { toBroker } from './broker.ts'
import type { BrokerOrUrl } from './broker.ts'
import { documentOf } from './document.ts'
import { InvalidTokenError } from './errors.ts'
import type { CallOptions } from './options.ts'

/**
 * A token that was handed over.
 *
 * @example
 * ```ts
 * const acceptance: Acceptance = { broker: 'http://127.0.0.1:8080', token, agentId: agent.agentId }
 * await using delegated = await Agent.accept(acceptance)
 * ```
 */
export interface Acceptance extends AgentOptions {
  readonly broker: BrokerOrUrl
  /** An agent's; as a rule one that another agent has delegated. */
  readonly token: string
  /** Whom it must be for; one for anybody else is then an `InvalidTokenError`. */
  readonly agentId?: string
}

interface AgentClaims extends Claims {
  readonly orch_id: string
  readonly task_id: string
}

const isAgentClaims = documentOf<AgentClaims>({
  sub: 'string',
  orch_id: 'string',
  task_id: 'string',
  scope: 'array',
  iat: 'number',
  exp: 'number',
})

/** Asks the broker what the token is, and takes it if it is an agent's. */
export async function beginByAcceptance(
  acceptance: Acceptance,
  options: CallOptions | undefined,
): Promise<Beginning> {
  const { token, agentId } = acceptance
  const broker = toBroker(acceptance.broker)
  const agentOptions = toAgentOptions(acceptance)
  requireOrigins(agentOptions)
  const claims = requireAgent(await broker.validate(token, options))
  if (agentId !== undefined && claims.sub !== agentId)
    throw new InvalidTokenError('the token is for another agent')
  const { sub, orch_id: orchId, task_id: taskId, delegation_chain: chain = [] } = claims
  const { scope, iat, exp } = claims
  return {
    broker,
    identity: { agentId: sub, orchId, taskId, chain },
    issued: { token, expiresAt: exp * 1000, lifetime: (exp - iat) * 1000, scope },
    options: agentOptions,
  }
}

function requireAgent(result: ValidateResponse): AgentClaims {
  if (!result.valid) throw new InvalidTokenError('the token is dead or expired, or none')
  if (isAgentClaims(result.claims)) return result.claims
  throw new InvalidTokenError('the token is not one of an agent')
}
