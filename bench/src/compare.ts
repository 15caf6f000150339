import type { Bench, Finding } from './row.ts'
import { median, ratios, spreadOf } from './statistics.ts'

export interface Comparison {
  readonly figure: string
  /** Unit of what each side returns. */
  readonly unit: string
  readonly rounds: number
  /** One round of one side. */
  readonly measured: () => Promise<number>
  readonly yardstick: () => Promise<number>
}

/** Both sides by turns, the first one changing from round to round; one round each beforehand to warm up. */
export async function compare(bench: Bench, comparison: Comparison): Promise<Finding> {
  const { figure, unit, measured, yardstick } = comparison
  const rounds = bench.isQuick ? 2 : comparison.rounds
  const found: { measured: number[]; yardstick: number[] } = { measured: [], yardstick: [] }
  for (let round = 0; round <= rounds; round += 1) {
    const pair = await playRound({ measured, yardstick }, round % 2 === 0)
    if (round === 0) continue
    found.measured.push(pair.measured)
    found.yardstick.push(pair.yardstick)
    const ratio = (pair.measured / pair.yardstick).toFixed(2)
    bench.progress(`  ${figure}, round ${round} of ${rounds}: ${ratio}`)
  }
  return {
    figure,
    unit: 'ratio',
    value: spreadOf(ratios(found.measured, found.yardstick)),
    sides: { unit, measured: median(found.measured), yardstick: median(found.yardstick) },
  }
}

async function playRound(
  { measured, yardstick }: Pick<Comparison, 'measured' | 'yardstick'>,
  isYardstickFirst: boolean,
): Promise<{ measured: number; yardstick: number }> {
  if (isYardstickFirst) {
    const first = await yardstick()
    return { measured: await measured(), yardstick: first }
  }
  const first = await measured()
  return { measured: first, yardstick: await yardstick() }
}
