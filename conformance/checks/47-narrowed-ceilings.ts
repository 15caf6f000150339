import { launchToken, makeAgent, registration } from '../actors/agent.ts'
import { changeApp, makeApp } from '../actors/app.ts'
import { askDelegation, askRenewal, delegate } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expectProblem } from '../wire/expect.ts'

const read = ['read:data:*']
const write = ['write:data:*']

export const narrowedCeilings: Check = {
  line: 47,
  title: 'After a ceiling was narrowed everything beyond it gives 403; delegates_to [] ends reach',
  parts: [
    { title: 'launch token, registration, renewal, delegation', run: narrowOwn },
    { title: 'a delegation across apps, for either ceiling', run: narrowEither },
    { title: 'delegates_to [], at the next renewal too', run: endReach },
  ],
}

async function narrowOwn(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const agent = await makeAgent(broker, app)
  const launch = await launchToken(broker, app)
  const body = await registration(broker, launch.token)
  await changeApp(broker, app.id, { scopes: read })
  const beyond = { agent_name: 'conformance', allowed_scope: write }
  const asked = await broker.post(app.launchPath, beyond, app.bearer)
  expectProblem(asked, 'forbidden', 'launch token')
  expectProblem(await broker.post('/v1/register', body), 'scope_violation', 'registration')
  expectProblem(await askRenewal(broker, agent.token), 'scope_violation', 'renewal')
  const given = await askDelegation(broker, agent.token, agent.id, { scope: write })
  expectProblem(given, 'scope_violation', 'delegation')
}

async function narrowEither(broker: Broker): Promise<void> {
  for (const narrowed of ['delegator', 'delegate'] as const) {
    const apps = {
      delegator: await makeApp(broker, { delegatesTo: ['*'] }),
      delegate: await makeApp(broker),
    }
    const from = await makeAgent(broker, apps.delegator)
    const to = await makeAgent(broker, apps.delegate)
    await delegate(broker, from.token, to.id, { scope: write })
    await changeApp(broker, apps[narrowed].id, { scopes: read })
    const answer = await askDelegation(broker, from.token, to.id, { scope: write })
    expectProblem(answer, 'scope_violation', `the ceiling of the ${narrowed}`)
  }
}

async function endReach(broker: Broker): Promise<void> {
  const app = await makeApp(broker, { delegatesTo: ['*'] })
  const from = await makeAgent(broker, app)
  const to = await makeAgent(broker, await makeApp(broker))
  const given = await delegate(broker, from.token, to.id)
  await changeApp(broker, app.id, { delegates_to: [] })
  expectProblem(await askDelegation(broker, from.token, to.id), 'not_found', 'out of reach')
  expectProblem(await askRenewal(broker, given.token), 'forbidden', 'renewal out of reach')
}
