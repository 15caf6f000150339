import { launchToken, makeAgent, registration } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { askDelegation } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expectProblem } from '../wire/expect.ts'
import { randomName } from '../wire/random-name.ts'

export const reservedScopes: Check = {
  line: 18,
  title: 'An admin: or app: scope is refused wherever scopes are asked for',
  parts: [{ title: 'ceiling, launch token, registration, delegation', run: askForReserved }],
}

async function askForReserved(broker: Broker): Promise<void> {
  const operator = await broker.operator()
  const app = await makeApp(broker)
  const agent = await makeAgent(broker, app)
  const { token } = await launchToken(broker, app)
  for (const reserved of ['admin:revoke:*', 'app:launch-tokens:*', 'admin:x:y']) {
    const scopes = ['read:data:*', reserved]
    const launch = { agent_name: 'conformance', allowed_scope: scopes }
    const path = `/v1/admin/apps/${app.id}`
    for (const answer of [
      await broker.post('/v1/admin/apps', { name: randomName('conformance'), scopes }, operator),
      await broker.ask('PUT', path, { bearer: operator, body: { scopes } }),
      await broker.post('/v1/admin/launch-tokens', launch, operator),
      await broker.post('/v1/app/launch-tokens', launch, app.bearer),
      await broker.post(
        '/v1/register',
        await registration(broker, token, { requested_scope: scopes }),
      ),
      await askDelegation(broker, agent.token, agent.id, { scope: scopes }),
    ]) {
      expectProblem(answer, 'invalid_request', reserved)
    }
  }
}
