import {
  encodeBase64,
  encodeBase64url,
  encodeHex,
  formatAgentId,
  type RegisterRequest,
} from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import type { LaunchToken } from '../launch-tokens/launch-token.ts'
import { keyIdOf } from '../tokens/key-id.ts'
import type { Agent } from './agent.ts'

interface Grounds {
  readonly launchToken: LaunchToken
  /** 32 bytes. */
  readonly publicKey: Uint8Array
}

/** The agent that a lawful registration makes: a SPIFFE id that never existed before, bound to its key. */
export function makeAgent(
  { clock, config, random }: Context,
  asked: RegisterRequest,
  { launchToken, publicKey }: Grounds,
): Omit<Agent, 'sid'> {
  const agentId = formatAgentId({
    trustDomain: config.trustDomain,
    orchId: asked.orch_id,
    taskId: asked.task_id,
    instance: encodeHex(random(8)),
  })
  return {
    agentId,
    ...(launchToken.appId === undefined ? {} : { appId: launchToken.appId }),
    agentName: launchToken.agentName,
    orchId: asked.orch_id,
    taskId: asked.task_id,
    scope: asked.requested_scope,
    publicKey: encodeBase64(publicKey),
    jkt: keyIdOf(encodeBase64url(publicKey)),
    ...(launchToken.creatorSid === undefined ? {} : { lsid: launchToken.creatorSid }),
    registeredAt: clock(),
  }
}
