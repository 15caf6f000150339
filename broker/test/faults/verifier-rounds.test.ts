import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawSeed } from './seeded-chance.ts'
import { verifierRounds } from './verifier-rounds.ts'

test('a verifier whose broker is cut off, held up or killed accepts no dead token beyond its staleness, and recovers', async () => {
  const seed = drawSeed()
  try {
    const rounds = { rounds: 14, seed, disturbed: 0.6, maxStaleness: 1_500 }
    const { measured } = await verifierRounds(rounds)
    // Else nothing was at stake.
    assert.ok(Object.keys(measured).length >= 2, JSON.stringify(measured))
  } catch (error) {
    throw new Error(`with seed ${seed}`, { cause: error })
  }
})
