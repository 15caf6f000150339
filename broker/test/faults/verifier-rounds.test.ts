import { test } from 'node:test'
import { drawSeed } from './seeded-chance.ts'
import { verifierRounds } from './verifier-rounds.ts'

test('a verifier whose broker is cut off, held up or killed accepts no dead token beyond its staleness, and recovers', async () => {
  const seed = drawSeed()
  const weather = { disturbed: 1, before: 1, overlong: 1 }
  try {
    await verifierRounds({ rounds: 6, seed, weather, maxStaleness: 1_000 })
  } catch (error) {
    throw new Error(`with seed ${seed}`, { cause: error })
  }
})
