// The sample of the README, for a runtime without `await using`.
import { Agent, Broker, Operator } from '@agentwrit/client'
import { check } from '../check.mjs'

export async function run({ broker, adminSecret: secret }) {
  const scope = ['read:sales:2026-10']
  const operator = await Operator.signIn({ broker, secret })
  const ticket = await operator.createLaunchToken({ agent_name: 'report', allowed_scope: scope })
  const task = { launchToken: ticket.launch_token, orchId: 'sales', taskId: 'october', scope }
  const agent = await Agent.register({ broker, ...task })
  const token = await agent.token()
  check((await new Broker(broker).validate(token)).valid, 'the token is valid')
  await agent.release()
  check(!(await new Broker(broker).validate(token)).valid, 'the released token is dead')
  await operator.signOut()
}
