import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { readEvents } from '../actors/audit.ts'
import { expectDead } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { clockOffset } from '../wire/clock.ts'
import { expect, expectProblem } from '../wire/expect.ts'
import { readMetrics, sum } from '../wire/metrics.ts'
import { randomHex } from '../wire/random-name.ts'
import { requireSigningKey } from '../wire/require-signing-key.ts'
import { signClaims } from '../wire/signing-key.ts'

export const unknownSession: Check = {
  line: 52,
  title: 'A well-signed token of an unknown session is refused, counted and audited',
  parts: [
    { title: 'as a bearer', needs: ['signingKey'], run: asBearer },
    { title: 'on validate', needs: ['signingKey'], run: onValidate },
  ],
}

/** Repeats on one route wait for the end of their minute (contract 5.3), so the event stands on the first quiet one. */
const routes = [
  ['POST', '/v1/admin/keys/rotate'],
  ['POST', '/v1/revoke'],
  ['POST', '/v1/token/renew'],
  ['POST', '/v1/admin/apps/x/secret'],
  ['DELETE', '/v1/revocations/x'],
  ['DELETE', '/v1/admin/launch-tokens/x'],
  ['DELETE', '/v1/app/launch-tokens/x'],
  ['POST', '/v1/delegate'],
] as const

async function asBearer(broker: Broker): Promise<void> {
  for (const [method, path] of routes) {
    const { token, jti } = await forgeStranger(broker)
    const before = await countUnknown(broker)
    expectProblem(await broker.ask(method, path, { bearer: token }), 'unauthorized')
    expect((await countUnknown(broker)) > before, 'it is not counted')
    const events = await readEvents(broker, { event_type: 'token_auth_failed', jti })
    if (events.length === 1) return
  }
  expect(false, 'it is not audited')
}

/** Nothing else is audited on this route, so an event of the last minute is of the group that counts this one. */
async function onValidate(broker: Broker): Promise<void> {
  const { token } = await forgeStranger(broker)
  const before = await countUnknown(broker)
  await expectDead(broker, { 'a token of an unknown session': token })
  expect((await countUnknown(broker)) > before, 'it is not counted')
  const since = new Date(Date.now() + (await clockOffset(broker)) - 61_000).toISOString()
  const events = await readEvents(broker, { event_type: 'token_auth_failed', since })
  const isAudited = events.some((event) => event['resource'] === '/v1/token/validate')
  expect(isAudited, 'it is not audited')
}

async function forgeStranger(broker: Broker): Promise<{ token: string; jti: string }> {
  const key = await requireSigningKey(broker)
  const { claims } = await makeAgent(broker, await makeApp(broker))
  const jti = randomHex(16)
  return { token: signClaims({ ...claims, jti, sid: randomHex(16) }, key), jti }
}

async function countUnknown(broker: Broker): Promise<number> {
  return sum(await readMetrics(broker), 'agentwrit_unknown_session_total')
}
