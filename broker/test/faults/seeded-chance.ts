import { createHash, randomInt } from 'node:crypto'

/** 0 <= x < 1, the same sequence for the same seed. */
export type Chance = () => number

export function drawSeed(): number {
  return randomInt(2 ** 32)
}

export function seededChance(seed: number): Chance {
  let counter = 0
  return () => {
    const block = createHash('sha256').update(`${seed} ${counter++}`).digest()
    return block.readUInt32BE(0) / 2 ** 32
  }
}
