import { parseAgentId } from '@agentwrit/protocol'
import { findActingApp } from '../apps/ceiling.ts'
import type { Context } from '../context.ts'
import { isWithinReach } from '../delegation/reach.ts'
import { Fault } from '../fault.ts'
import type { Agent, ObservedAgent } from './agent.ts'
import type { Caller } from './caller.ts'

/** The agent as it stands now, if the caller may know of it; whose it may not looks like one that does not exist. */
export async function requireVisibleAgent(
  context: Context,
  caller: Caller,
  agentId: string,
): Promise<ObservedAgent> {
  if (parseAgentId(agentId) === undefined) throw unknownAgent()
  const found = await context.store.agents.observe(agentId, context.clock())
  if (found === undefined || !(await isVisible(context, caller, found.agent))) throw unknownAgent()
  return found
}

/** Operators see every agent, an app its own, an agent those that it could delegate to (contract 4.30). */
async function isVisible(context: Context, caller: Caller, { appId }: Agent): Promise<boolean> {
  const ownAppId = caller.claims.app_id
  switch (caller.kind) {
    case 'admin':
    case 'operator':
      return true
    case 'app':
      return ownAppId !== undefined && ownAppId === appId
    case 'agent': {
      if (ownAppId === undefined) return isWithinReach(undefined, appId)
      const own = await findActingApp(context, ownAppId)
      return own !== undefined && isWithinReach(own, appId)
    }
    default:
      return caller.kind
  }
}

function unknownAgent(): Fault {
  return new Fault('not_found', 'no agent has this id')
}
