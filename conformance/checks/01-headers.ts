import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expectStatus } from '../wire/expect.ts'
import { askRaw, head } from '../wire/raw.ts'

/** The inspector looks at the headers of every answer; here are those that no other line asks for. */
export const headers: Check = {
  line: 1,
  title: 'Every response carries X-Request-ID and the three security headers',
  parts: [
    { title: '200, 400, 401, 404, 405, 413, 431', run: askForEach },
    {
      title: 'Strict-Transport-Security',
      needs: ['tls'],
      run: async (broker) => void (await broker.get('/livez')),
    },
    { title: '5xx', needs: ['fault'] },
  ],
}

async function askForEach(broker: Broker): Promise<void> {
  expectStatus(await broker.get('/livez'), 200)
  expectStatus(await broker.get('/v1/nothing'), 404)
  expectStatus(await broker.ask('PUT', '/livez'), 405)
  expectStatus(await broker.ask('POST', '/v1/token/validate', { text: '{' }), 400)
  expectStatus(await broker.get('/v1/agents'), 401)
  const long = head('POST /v1/token/validate', `Content-Length: ${2 ** 20 + 1}`)
  expectStatus(await askRaw(broker, long), 413)
  expectStatus(await askRaw(broker, head('GET /livez', `X-Long: ${'a'.repeat(66_000)}`)), 431)
}
