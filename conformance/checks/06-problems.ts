import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expectProblem } from '../wire/expect.ts'
import { askRaw, head } from '../wire/raw.ts'

/** The inspector looks at the form of every error; here every code is asked for that no other line asks for. */
export const problems: Check = {
  line: 6,
  title: 'error_code is the end of type and status the HTTP status, on every error',
  parts: [
    { title: 'one answer of each code', run: askForEachCode },
    {
      title: 'a request whose header never ends gives 408',
      run: async (broker) =>
        void expectProblem(
          await askRaw(broker, 'GET /livez HTTP/1.1\r\nHost: broker\r\nX-Slow: ', 12_000),
          'request_timeout',
        ),
    },
    { title: 'internal_error and service_unavailable', needs: ['fault'] },
  ],
}

async function askForEachCode(broker: Broker): Promise<void> {
  const operator = await broker.operator()
  const app = await makeApp(broker)
  const agent = await makeAgent(broker, app)
  const path = `/v1/admin/apps/${app.id}`
  const change = (body: unknown) => broker.ask('PUT', path, { bearer: operator, body })
  expectProblem(await change({}), 'invalid_request')
  expectProblem(await change({ token_ttl: 59 }), 'invalid_ttl')
  expectProblem(await broker.get(path), 'unauthorized')
  expectProblem(await broker.get(path, agent.token), 'insufficient_scope')
  expectProblem(await broker.post('/v1/token/renew', {}, operator), 'forbidden')
  const wide = { delegate_to: agent.id, scope: ['delete:data:*'] }
  expectProblem(await broker.post('/v1/delegate', wide, agent.token), 'scope_violation')
  expectProblem(await broker.get(`${path}0`, operator), 'not_found')
  expectProblem(await broker.ask('PATCH', path), 'method_not_allowed')
  expectProblem(
    await broker
      .ask('DELETE', path, { bearer: operator })
      .then(async () => broker.post(`${path}/secret`, {}, operator)),
    'conflict',
  )
  const long = head('POST /v1/register', `Content-Length: ${2 ** 20 + 1}`)
  expectProblem(await askRaw(broker, long), 'payload_too_large')
  expectProblem(
    await askRaw(broker, head('GET /livez', `X-Long: ${'a'.repeat(66_000)}`)),
    'headers_too_large',
  )
  await exhaust(broker, app.clientId)
}

/** Bursts of 3 for one client id (contract 1.7): of an app that is gone, so that nobody is locked out. */
async function exhaust(broker: Broker, clientId: string): Promise<void> {
  const body = { client_id: clientId, client_secret: 'x' }
  for (let attempt = 0; attempt < 3; attempt++) await broker.post('/v1/app/auth', body)
  expectProblem(await broker.post('/v1/app/auth', body), 'rate_limited')
}
