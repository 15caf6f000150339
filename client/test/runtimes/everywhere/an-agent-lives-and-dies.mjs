import {
  Agent,
  AgentReleasedError,
  AuthenticationError,
  AuthorizationError,
  Broker,
  isAgentWritError,
} from '@agentwrit/client'
import { check, checkEqual, rejection } from '../check.mjs'

const task = { orchId: 'sales', taskId: 'october' }
/** Milliseconds. A timer for so long must not keep a process alive. */
const longest = 2 ** 31 - 1

export async function run({ broker: url, launchTokens: [launchToken] }) {
  const broker = new Broker(url, { timeout: longest })
  const scope = ['read:sales:*']
  const wider = Agent.register({ broker, launchToken, ...task, scope: ['write:sales:*'] })
  checkEqual((await rejection(wider, AuthorizationError)).errorCode, 'scope_violation', 'the code')
  const agent = await Agent.register({ broker, launchToken, ...task, scope })
  const again = await rejection(
    Agent.register({ broker, launchToken, ...task, scope }),
    AuthenticationError,
  )
  check(isAgentWritError(again) && again.requestId !== undefined, 'a refusal names its request')

  const first = await agent.token()
  await Promise.all([agent.renew(), agent.renew()])
  check(!(await broker.validate(first)).valid, 'a renewed token is dead')
  const second = await agent.token()
  check((await broker.validate(second)).valid, 'its successor lives')

  const delegation = await agent.delegate({ to: agent.agentId, scope: ['read:sales:7'], ttl: 60 })
  const delegated = await agent.accept(delegation.token())
  await delegated.renew({ scope: ['read:sales:7'] })
  const { claims } = await broker.validate(await delegated.token())
  checkEqual(claims.scope, ['read:sales:7'], 'the delegated scope')
  await delegated.release()

  await agent.release()
  await agent.release()
  check(!(await broker.validate(second)).valid, 'a released token is dead')
  await rejection(agent.token(), AgentReleasedError)
}
