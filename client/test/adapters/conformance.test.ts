// One suite for every adapter, on real servers and a real broker; and the proof that it finds an adapter that does not check.
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { check, findWronglyServed } from './conformance.ts'
import type { Adapter } from './conformance.ts'
import { scenarios } from './scenarios.ts'
import type { Outcome } from './scenarios.ts'
import { expressAdapter, withoutGate as expressWithoutGate } from './servers/express.ts'
import { fastifyAdapter, withoutGate as fastifyWithoutGate } from './servers/fastify.ts'
import { honoAdapter, withoutGate as honoWithoutGate } from './servers/hono.ts'
import { mcpAdapters, withoutGateAndGuard, withoutGuard } from './servers/mcp.ts'
import { makeWorld } from './world.ts'

const world = await makeWorld()
after(() => world[Symbol.asyncDispose]())

const adapters: readonly Adapter[] = [expressAdapter, fastifyAdapter, honoAdapter, ...mcpAdapters]
const unchecked: readonly Adapter[] = [
  expressWithoutGate,
  fastifyWithoutGate,
  honoWithoutGate,
  withoutGateAndGuard,
]

for (const adapter of adapters) {
  suite(`a server on ${adapter.name}`, () => {
    for (const scenario of scenarios) {
      test(`${scenario.name}: ${scenario.outcome}`, () => check(adapter, scenario, world))
    }
  })
}

const namesOf = (isMeant: (outcome: Outcome) => boolean) =>
  scenarios.filter(({ outcome }) => isMeant(outcome)).map(({ name }) => name)

for (const adapter of unchecked) {
  test(`the suite finds that ${adapter.name} lets in whom it should refuse`, async () => {
    const refused = namesOf((outcome) => outcome !== 'served')
    assert.deepEqual(await findWronglyServed(adapter, world), refused)
  })
}

test('the suite finds that tools without a guard run with too little scope', async () => {
  const refused = namesOf((outcome) => outcome === 'too narrow' || outcome === 'unnameable')
  assert.deepEqual(await findWronglyServed(withoutGuard, world), refused)
})
