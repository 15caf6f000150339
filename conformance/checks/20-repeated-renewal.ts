import { makeAgent } from '../actors/agent.ts'
import { ceiling, makeApp } from '../actors/app.ts'
import { findEvent } from '../actors/audit.ts'
import { askRenewal, renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectProblem } from '../wire/expect.ts'
import { randomHex } from '../wire/random-name.ts'
import { setTimeout as pause } from 'node:timers/promises'

export const repeatedRenewal: Check = {
  line: 20,
  title: 'A renewal retried with its Idempotency-Key within 30 s returns the identical token',
  parts: [
    { title: 'retried; with another body; without the key; with a bad key', run: retried },
    { title: 'raced', run: raced },
    {
      title: 'the repeat is audited',
      run: async (broker) => {
        const { token, claims } = await makeAgent(broker, await makeApp(broker))
        const key = randomHex(16)
        await renew(broker, token, { key })
        await renew(broker, token, { key })
        await findEvent(broker, { event_type: 'token_renewal_repeated', jti: claims.jti })
      },
    },
    {
      title: 'not after 30 s',
      needs: ['time'],
      run: async (broker) => {
        const { token } = await makeAgent(broker, await makeApp(broker))
        const key = randomHex(16)
        await renew(broker, token, { key })
        await pause(31_000)
        expectProblem(await askRenewal(broker, token, { key }), 'unauthorized')
      },
    },
  ],
}

async function retried(broker: Broker): Promise<void> {
  const { token } = await makeAgent(broker, await makeApp(broker))
  const key = randomHex(16)
  for (const bad of ['k'.repeat(21), 'k'.repeat(129), `${'k'.repeat(22)} k`]) {
    const answer = await askRenewal(broker, token, { key: bad })
    expectProblem(answer, 'invalid_request', `a key of ${bad.length} characters`)
  }
  const successor = await renew(broker, token, { key })
  expect((await renew(broker, token, { key })) === successor, 'the retry got another token')
  const otherBody = await askRenewal(broker, token, { key, scope: ceiling.slice(0, 1) })
  expectProblem(otherBody, 'conflict', 'another body')
  expectProblem(await askRenewal(broker, token), 'unauthorized', 'without the key')
  const otherKey = await askRenewal(broker, token, { key: randomHex(16) })
  expectProblem(otherKey, 'unauthorized', 'another key')
}

async function raced(broker: Broker): Promise<void> {
  const { token } = await makeAgent(broker, await makeApp(broker))
  const key = randomHex(16)
  const successors = await Promise.all(
    Array.from({ length: 10 }, () => renew(broker, token, { key })),
  )
  expect(new Set(successors).size === 1, 'the contenders got different tokens')
}
