import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawSeed } from '../faults/seeded-chance.ts'
import { domainPort } from './domain-port.ts'
import { growTrees } from './grow-trees.ts'
import { httpPort } from './http-port.ts'
import { inOneThread } from './in-one-thread.ts'
import { requireVariety } from './require-variety.ts'

// `npm run proof -- trees` grows ten times as many.
test('in a thousand random trees the verbs leave alive what the model leaves alive', async () => {
  const wanted = { trees: 1000, seed: drawSeed(), port: domainPort }
  const tally = await inOneThread(() => growTrees(wanted))
  assert.equal(tally.trees, 1000)
  requireVariety(tally)
})

test('in twenty random trees the routes leave alive what the model leaves alive', async () => {
  const tally = await growTrees({ trees: 20, seed: drawSeed(), port: httpPort })
  assert.equal(tally.trees, 20)
})
