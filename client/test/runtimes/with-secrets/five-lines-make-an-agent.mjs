// The sample of the README, for a runtime without `await using`.
import { App, Broker } from '@agentwrit/client'
import { check, checkEqual } from '../check.mjs'

export async function run({ broker, clientId, clientSecret }) {
  const app = await App.signIn({ broker, clientId, clientSecret, allowedOrigins: [broker] })
  const task = { orchId: 'reports', taskId: 'monthly', scope: ['read:sales:2026-10'], ttl: 300 }
  const agent = await app.createAgent(task)
  const answer = await agent.fetch(`${broker}/v1/health`)
  checkEqual(answer.status, 200, 'the status')
  const token = await agent.token()
  await agent.release()
  check(!(await new Broker(broker).validate(token)).valid, 'the released token is dead')
  await app.signOut()
}
