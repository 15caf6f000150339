// `lossy` loses the first answer to each path, over connections that have been used before. Browsers are not asked: some
// repeat by themselves what was sent over such a connection.
import { Agent, App, AuthenticationError, Broker, TransportError } from '@agentwrit/client'
import { check, checkEqual, rejection } from '../check.mjs'

const task = { orchId: 'sales', taskId: 'october', scope: ['read:sales:*'] }
const ticket = { agent_name: 'once', allowed_scope: task.scope }

export async function run({ lossy, clientId, clientSecret, launchTokens: [first] }) {
  const broker = new Broker(lossy)
  // A second sign-in does no harm.
  const app = await App.signIn({ broker, clientId, clientSecret })
  await lostOnce(app.createLaunchToken(ticket))
  let made = 0
  for await (const { agent_name: name } of app.listLaunchTokens()) if (name === 'once') made += 1
  checkEqual(made, 1, 'the number of launch tokens')

  await lostOnce(Agent.register({ broker, launchToken: first, ...task }))
  await rejection(Agent.register({ broker, launchToken: first, ...task }), AuthenticationError)

  const agent = await app.createAgent(task)
  await lostOnce(agent.delegate({ to: agent.agentId, scope: ['read:sales:7'] }))
  const { edges } = await app.getDelegations({ root: agent.agentId })
  checkEqual(edges.length, 1, 'the number of delegations')

  const token = await agent.token()
  await lostOnce(broker.renew(token))
  check(!(await broker.validate(token)).valid, 'the token was renewed')
  await rejection(broker.renew(token), AuthenticationError)
}

async function lostOnce(call) {
  checkEqual((await rejection(call, TransportError)).neverSent, false, 'neverSent')
}
