import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { waitUntil } from '../wire/clock.ts'
import { expect, expectProblem, expectStatus } from '../wire/expect.ts'
import { deadTokens, signedByStranger } from './07-dead-bearers.ts'

export const validate: Check = {
  line: 13,
  title: 'Validate answers `token is invalid or expired` and nothing else to every bad token',
  parts: [
    { title: 'garbage, expired, revoked, released, superseded, foreign', run: invalidAlike },
    {
      title: 'a live token with its claims; no token is 400',
      run: async (broker) => {
        const { token, claims } = await makeAgent(broker, await makeApp(broker))
        const answer = await broker.post('/v1/token/validate', { token })
        expect(answer.json['valid'] === true, 'a live token is not valid')
        expect(answer.object('claims')['jti'] === claims.jti, 'the claims are not the token’s')
        const elsewhere = { token, audience: 'https://elsewhere.invalid' }
        await expectInvalid(broker, elsewhere, 'a token for another audience')
        for (const body of [{}, { token: '' }, { token: null }]) {
          expectProblem(await broker.post('/v1/token/validate', body), 'invalid_request')
        }
      },
    },
  ],
}

async function invalidAlike(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const short = await makeAgent(broker, app, { maxTtl: 1 })
  const live = await makeAgent(broker, app)
  await waitUntil(broker, short.claims.exp * 1000 + 200)
  const bad = {
    garbage: 'garbage',
    'five segments': 'a.b.c.d.e',
    'one beyond 16 KiB': 'x'.repeat(20_000),
    expired: short.token,
    foreign: signedByStranger(live.token),
    ...(await deadTokens(broker)),
  }
  for (const [name, token] of Object.entries(bad)) {
    await expectInvalid(broker, { token }, name)
  }
}

async function expectInvalid(broker: Broker, body: object, name: string): Promise<void> {
  const answer = expectStatus(await broker.post('/v1/token/validate', body), 200, name)
  const exactly = JSON.stringify({ valid: false, error: 'token is invalid or expired' })
  const { valid, error, ...more } = answer.json
  const same = JSON.stringify({ valid, error }) === exactly && Object.keys(more).length === 0
  expect(same, `the answer to ${name} is not exactly that of every bad token`)
}
