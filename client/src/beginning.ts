import type { DelegationRecord } from '@agentwrit/protocol'
import type { AgentOptions } from './agent-options.ts'
import type { Broker } from './broker.ts'
import type { IssuedToken } from './renewable-token.ts'

/** What an agent is made of. */
export interface Beginning {
  readonly broker: Broker
  readonly identity: Identity
  readonly issued: IssuedToken
  readonly options: AgentOptions
}

interface Identity {
  readonly agentId: string
  readonly orchId: string
  readonly taskId: string
  readonly chain: readonly DelegationRecord[]
}
