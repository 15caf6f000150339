import { setTimeout as pause } from 'node:timers/promises'
import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { readEvents } from '../actors/audit.ts'
import type { Check } from '../suite/check.ts'
import type { Json } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { clockOffset } from '../wire/clock.ts'
import { expect, expectProblem } from '../wire/expect.ts'

const attempts = 1000

export const aggregation: Check = {
  line: 36,
  title: 'A thousand refusals of one caller within a minute write at most two events',
  parts: [
    { title: 'a malformed bearer from one address', run: malformed },
    {
      title: 'one verified bearer without the scope',
      run: async (broker) => void (await withoutScope(broker)),
    },
    {
      title: 'the second event tells the right repeat_count',
      needs: ['time'],
      run: async (broker) => {
        const jti = await withoutScope(broker)
        await pause(65_000)
        const [first, second, ...more] = await refusalsOf(broker, jti)
        expect(first !== undefined && second !== undefined, 'there is no second event')
        expect(more.length === 0, 'there are more than two events')
        expect(second['repeat_count'] === attempts - 1, 'repeat_count is another')
      },
    },
    { title: 'from 10 000 addresses', needs: ['addresses'] },
  ],
}

async function malformed(broker: Broker): Promise<void> {
  const since = new Date(Date.now() + (await clockOffset(broker))).toISOString()
  await repeat(async () => {
    expectProblem(await broker.get('/v1/delegations', 'malformed'), 'unauthorized')
  })
  const events = await readEvents(broker, { event_type: 'token_auth_failed', since })
  const same = events.filter((event) => event['resource'] === '/v1/delegations')
  for (const ofOne of Map.groupBy(same, (event) => event['source_ip']).values()) {
    expect(ofOne.length <= 2, `${ofOne.length} events`)
  }
}

async function withoutScope(broker: Broker): Promise<string> {
  const { token, claims } = await makeAgent(broker, await makeApp(broker))
  await repeat(async () => {
    expectProblem(await broker.get('/v1/agents', token), 'insufficient_scope')
  })
  const events = await refusalsOf(broker, claims.jti)
  expect(events.length === 1 || events.length === 2, `${events.length} events at once`)
  return claims.jti
}

async function refusalsOf(broker: Broker, jti: string): Promise<Json[]> {
  return readEvents(broker, { event_type: 'scope_violation', jti })
}

async function repeat(once: () => Promise<void>): Promise<void> {
  for (let made = 0; made < attempts; made += 50) {
    await Promise.all(Array.from({ length: 50 }, once))
  }
}
