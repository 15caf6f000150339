import { generateKeyPairSync, sign } from 'node:crypto'
import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { revoke } from '../actors/revocation.ts'
import { release, renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectProblem } from '../wire/expect.ts'

export const deadBearers: Check = {
  line: 7,
  title: 'A renewed, released or revoked bearer is refused exactly as a badly signed one',
  parts: [
    { title: 'renewed, released, revoked', run: refusedAlike },
    {
      title: 'no bearer at all',
      run: async (broker) => {
        for (const headers of [
          {},
          { Authorization: 'bearer x' },
          { Authorization: 'Basic eDp4' },
        ]) {
          const answer = await broker.ask('GET', '/v1/agents', { headers })
          expectProblem(answer, 'unauthorized')
          const wanted = answer.headers.get('www-authenticate') === 'Bearer'
          expect(wanted, 'WWW-Authenticate is not plain Bearer')
        }
      },
    },
  ],
}

async function refusedAlike(broker: Broker): Promise<void> {
  const dead = await deadTokens(broker)
  const badlySigned = signedByStranger(dead.renewed)
  for (const [method, path] of [
    ['GET', '/v1/agents'],
    ['POST', '/v1/delegate'],
  ] as const) {
    const model = await refusal(broker, method, path, badlySigned)
    for (const [name, token] of Object.entries(dead)) {
      const same = (await refusal(broker, method, path, token)) === model
      expect(same, `${method} ${path}: the answer to a ${name} bearer tells that it once was live`)
    }
  }
}

/** What a client can see of it, but for the request id. */
async function refusal(
  broker: Broker,
  method: string,
  path: string,
  bearer: string,
): Promise<string> {
  const answer = expectProblem(await broker.ask(method, path, { bearer }), 'unauthorized')
  const challenge = answer.headers.get('www-authenticate')
  expect(
    challenge === 'Bearer error="invalid_token"',
    'WWW-Authenticate does not say invalid_token',
  )
  const { request_id: _, ...same } = answer.json
  return JSON.stringify(same)
}

export async function deadTokens(broker: Broker) {
  const app = await makeApp(broker)
  const renewed = await makeAgent(broker, app)
  await renew(broker, renewed.token)
  const released = await makeAgent(broker, app)
  await release(broker, released.token)
  const revoked = await makeAgent(broker, app)
  await revoke(broker, { level: 'token', target: revoked.claims.jti })
  return { renewed: renewed.token, released: released.token, revoked: revoked.token }
}

/** Header and payload as they are, signed with a key that the broker does not know. */
export function signedByStranger(token: string): string {
  const input = token.split('.').slice(0, 2).join('.')
  const { privateKey } = generateKeyPairSync('ed25519')
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
}
