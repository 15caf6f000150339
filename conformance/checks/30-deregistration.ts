import { launchToken, makeAgent, registration } from '../actors/agent.ts'
import { makeApp, removeApp } from '../actors/app.ts'
import { delegate, expectDead, expectLive } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectProblem } from '../wire/expect.ts'

export const deregistration: Check = {
  line: 30,
  title: 'Deleting an app ends all that it began, launched and delegated before the 200',
  parts: [{ title: 'tokens, launch tokens, agents, delegations; twice the same', run: deregister }],
}

async function deregister(broker: Broker): Promise<void> {
  const app = await makeApp(broker, { delegatesTo: ['*'] })
  const foreign = await makeAgent(broker, await makeApp(broker))
  const agent = await makeAgent(broker, app)
  const given = await delegate(broker, agent.token, foreign.id)
  const launch = await launchToken(broker, app)
  await removeApp(broker, app.id)
  await expectDead(broker, {
    "the app's token": app.bearer,
    "its agent's token": agent.token,
    'what its agent delegated to another app': given.token,
  })
  const body = await registration(broker, launch.token)
  expectProblem(await broker.post('/v1/register', body), 'unauthorized', 'its launch token')
  const login = { client_id: app.clientId, client_secret: app.clientSecret }
  expectProblem(await broker.postPatiently('/v1/app/auth', login), 'unauthorized', 'its secret')
  await expectLive(broker, { "another app's agent": foreign.token })
  const path = `/v1/admin/apps/${app.id}`
  const bearer = await broker.operator()
  const [first, second] = [
    await broker.ask('DELETE', path, { bearer }),
    await broker.ask('DELETE', path, { bearer }),
  ]
  expect(first.body === second.body, 'repeating it answers otherwise')
  expect(first.json['status'] === 'inactive', 'status is not inactive')
  expect(typeof first.json['deregistered_at'] === 'string', 'deregistered_at is missing')
}
