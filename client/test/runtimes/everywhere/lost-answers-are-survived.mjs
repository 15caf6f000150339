// `lossy` loses the first answer to each path.
import { Agent, Broker } from '@agentwrit/client'
import { check } from '../check.mjs'

export async function run({ lossy, launchTokens: [lost, launchToken] }) {
  const broker = new Broker(lossy)
  const task = { orchId: 'sales', taskId: 'october', scope: ['read:sales:*'] }
  // What becomes of this one is told in what-could-act-twice-is-sent-once.mjs; its nonce was asked for twice.
  await Agent.register({ broker, launchToken: lost, ...task }).catch(() => undefined)

  const agent = await Agent.register({ broker, launchToken, ...task })
  const old = await agent.token()
  await agent.renew()
  const token = await agent.token()
  check(!(await broker.validate(old)).valid, 'the old token is dead')
  check((await broker.validate(token)).valid, 'its successor lives')
  await agent.release()
  check(!(await broker.validate(token)).valid, 'the released token is dead')
}
