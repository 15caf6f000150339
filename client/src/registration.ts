import { AgentKey } from './agent-key.ts'
import { toAgentOptions } from './agent-options.ts'
import type { AgentOptions } from './agent-options.ts'
import { requireOrigins } from './allowed-origins.ts'
import type { Beginning } from './beginning.ts'
import { toBroker } from './broker.ts'
import type { BrokerOrUrl } from './broker.ts'
import type { CallOptions } from './options.ts'
import { requireList } from './require-list.ts'

/**
 * What an agent registers with.
 *
 * @example
 * ```ts
 * const registration: Registration = {
 *   broker: 'http://127.0.0.1:8080', launchToken, orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'],
 * }
 * ```
 */
export interface Registration extends AgentOptions {
  readonly broker: BrokerOrUrl
  /** The one-time ticket that an operator or an app has made; it lives for 30 seconds unless they said otherwise. */
  readonly launchToken: string
  /** Who runs the work. */
  readonly orchId: string
  /** The piece of work; revoking the task ends the agent. */
  readonly taskId: string
  /** What the agent needs, and no more: `action:resource:identifier`. */
  readonly scope: readonly string[]
}

/** Asks for a nonce, signs it with a fresh key, registers. */
export async function beginByProof(
  registration: Registration,
  options: CallOptions | undefined,
): Promise<Beginning> {
  const broker = toBroker(registration.broker)
  const scope = requireList(registration.scope, 'scope')
  const agentOptions = toAgentOptions(registration)
  requireOrigins(agentOptions)
  const key = await AgentKey.generate()
  const { nonce } = await broker.challenge(options)
  const answer = await broker.register(
    {
      launch_token: registration.launchToken,
      nonce,
      public_key: key.publicKey,
      signature: await key.prove(nonce),
      orch_id: registration.orchId,
      task_id: registration.taskId,
      requested_scope: scope,
    },
    options,
  )
  const { orchId, taskId } = registration
  const lifetime = answer.expires_in * 1000
  const expiresAt = broker.transport.surroundings.now() + lifetime
  return {
    broker,
    identity: { agentId: answer.agent_id, orchId, taskId, chain: [] },
    issued: { token: answer.access_token, expiresAt, lifetime, scope },
    options: agentOptions,
  }
}
