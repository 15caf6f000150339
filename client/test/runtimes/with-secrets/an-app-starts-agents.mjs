import { App, AuthenticationError, AuthorizationError, Broker } from '@agentwrit/client'
import { check, checkEqual, rejection } from '../check.mjs'

const task = { orchId: 'sales', taskId: 'october' }

export async function run({ broker: url, clientId, clientSecret }) {
  const broker = new Broker(url)
  const wrong = App.signIn({ broker, clientId, clientSecret: 'f'.repeat(64) })
  checkEqual((await rejection(wrong, AuthenticationError)).errorCode, 'unauthorized', 'the code')

  const app = await App.signIn({ broker, clientId, clientSecret })
  const reader = await app.createAgent({ ...task, scope: ['read:sales:*'] })
  const helper = await app.createAgent({ ...task, scope: ['read:notes:*'] })
  const delegation = await reader.delegate({ to: helper.agentId, scope: ['read:sales:7'] })
  const delegated = await helper.accept(delegation.token())
  checkEqual(delegated.scope, ['read:sales:7'], 'the delegated scope')
  checkEqual(delegated.chain.length, 1, 'the chain')

  const wider = app.createAgent({ ...task, scope: ['write:sales:*'] })
  checkEqual((await rejection(wider, AuthorizationError)).errorCode, 'forbidden', 'the code')

  const { id } = await app.createLaunchToken({ agent_name: 'x', allowed_scope: ['read:notes:*'] })
  await app.deleteLaunchToken(id)

  const token = await delegated.token()
  await reader.release()
  check(!(await broker.validate(token)).valid, 'what a released agent delegated is dead')
  await helper.release()
  await app.signOut()
}
