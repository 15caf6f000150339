import { Agent, Broker, Operator } from '@agentwrit/client'

/** The sample of the README, run by a test; resolves to whether the agent's token is valid. */
export async function fiveLines(broker: string, secret: string): Promise<boolean> {
  const scope = ['read:sales:2026-10']
  // #region sample
  const operator = await Operator.signIn({ broker, secret })
  const ticket = await operator.createLaunchToken({ agent_name: 'report', allowed_scope: scope })
  const task = { launchToken: ticket.launch_token, orchId: 'sales', taskId: 'october', scope }
  await using agent = await Agent.register({ broker, ...task }) // released at the end of the block
  const { valid } = await new Broker(broker).validate(await agent.token())
  // #endregion
  return valid
}
