import { AsyncLocalStorage } from 'node:async_hooks'
import type { Agent } from '../agent.ts'
import { AgentWritError } from '../errors.ts'

const ambient = new AsyncLocalStorage<Agent>()

/**
 * Works as this agent: `currentAgent()` is it for all that `work` calls and awaits, however deep, and for nobody else. Blocks
 * may stand inside each other and beside each other. The agent is not released at the end; `app.withAgent` does that.
 *
 * @example
 * ```ts
 * import { currentAgent, withAgent } from '@agentwrit/client/node'
 *
 * async function readSales(): Promise<string> {
 *   const answer = await currentAgent().fetch('https://sales.internal/2026-10')
 *   return answer.text()
 * }
 *
 * const sales = await withAgent(agent, readSales)
 * ```
 */
export function withAgent<Result>(agent: Agent, work: () => Result): Result {
  return ambient.run(agent, work)
}

/**
 * The agent that this code works as. Throws an `AgentWritError` outside of `withAgent`: nobody works as nobody.
 *
 * @example
 * ```ts
 * import { currentAgent } from '@agentwrit/client/node'
 *
 * currentAgent().assert('read:sales:2026-10')
 * ```
 */
export function currentAgent(): Agent {
  const agent = ambient.getStore()
  if (agent !== undefined) return agent
  throw new AgentWritError('there is no current agent: call this within withAgent(agent, …)')
}
