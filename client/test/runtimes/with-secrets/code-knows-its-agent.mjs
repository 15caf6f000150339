import { AgentWritError, App } from '@agentwrit/client'
import { currentAgent, withAgent } from '@agentwrit/client/node'
import { checkEqual, rejection } from '../check.mjs'

export async function run({ broker, clientId, clientSecret }) {
  const app = await App.signIn({ broker, clientId, clientSecret, allowedOrigins: [broker] })
  const task = { orchId: 'sales', taskId: 'october', scope: ['read:sales:7'] }
  await app.withAgent(task, async (agent) => {
    const { status } = await withAgent(agent, () => currentAgent().fetch(`${broker}/v1/health`))
    checkEqual(status, 200, 'the status')
    await rejection(Promise.resolve().then(currentAgent), AgentWritError)
  })
  await app.signOut()
}
