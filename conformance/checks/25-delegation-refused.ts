import { makeAgent, type Agent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { revoke } from '../actors/revocation.ts'
import { askDelegation, delegate, release } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { waitUntil } from '../wire/clock.ts'
import { expectProblem, expectStatus } from '../wire/expect.ts'
import { randomHex } from '../wire/random-name.ts'

export const delegationRefused: Check = {
  line: 25,
  title: 'Delegation to nobody, out of reach, to the inactive, too deep, too often or too late',
  parts: [
    { title: 'an unknown agent, and one of another app', run: outOfReach },
    { title: 'a released, expired or revoked agent', run: inactive },
    { title: 'the sixth hop', run: sixthHop },
    { title: 'the 1 001st live delegation of a session', run: tooMany },
    { title: 'with under 1 s left', run: tooLate },
  ],
}

async function outOfReach(broker: Broker): Promise<void> {
  const { id, token } = await makeAgent(broker, await makeApp(broker))
  const unknown = id.replace(/[0-9a-f]{16}$/, randomHex(8))
  const stranger = await makeAgent(broker, await makeApp(broker))
  expectProblem(await askDelegation(broker, token, unknown), 'not_found')
  expectProblem(await askDelegation(broker, token, stranger.id), 'not_found', 'another app')
  const app = await makeApp(broker, { delegatesTo: ['*'] })
  const generous = await makeAgent(broker, app)
  await delegate(broker, generous.token, stranger.id)
}

async function inactive(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const { token } = await makeAgent(broker, app)
  const short = await makeAgent(broker, app, { maxTtl: 1 })
  const released = await makeAgent(broker, app)
  const revoked = await makeAgent(broker, app)
  await release(broker, released.token)
  await revoke(broker, { level: 'agent', target: revoked.id })
  await waitUntil(broker, short.claims.exp * 1000 + 200)
  for (const [name, { id }] of Object.entries({ released, revoked, expired: short })) {
    expectProblem(await askDelegation(broker, token, id), 'conflict', name)
  }
}

async function sixthHop(broker: Broker): Promise<void> {
  let hop: Agent = await makeAgent(broker, await makeApp(broker))
  const { id } = hop
  for (let depth = 1; depth <= 5; depth++) hop = await delegate(broker, hop.token, id)
  expectProblem(await askDelegation(broker, hop.token, id), 'scope_violation')
}

async function tooMany(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const { token } = await makeAgent(broker, app, { maxTtl: 300 })
  const { id } = await makeAgent(broker, app)
  for (let made = 0; made < 1000; made += 50) {
    const asks = Array.from({ length: 50 }, () => askDelegation(broker, token, id, { ttl: 300 }))
    for (const answer of await Promise.all(asks)) expectStatus(answer, 200)
  }
  expectProblem(await askDelegation(broker, token, id), 'conflict')
}

async function tooLate(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const { id } = await makeAgent(broker, app)
  const { token, claims } = await makeAgent(broker, app, { maxTtl: 2 })
  await waitUntil(broker, claims.exp * 1000 - 500)
  expectProblem(await askDelegation(broker, token, id), 'unauthorized')
}
