/** What a series of ratios says: its middle, and between which values half of it lies. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The value below which the share `share` (0 to 1) of the numbers lies, interpolated between neighbours. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  const place = (sorted.length - 1) * share
  const below = sorted[Math.floor(place)]
  const above = sorted[Math.ceil(place)]
  if (below === undefined || above === undefined) throw new RangeError('there are no numbers')
  return below + (above - below) * (place - Math.floor(place))
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5)
}

/** Quartiles instead of extremes: one round that another process disturbed must not decide. */
export function spreadOf(numbers: readonly number[]): Spread {
  return {
    median: median(numbers),
    low: quantile(numbers, 0.25),
    high: quantile(numbers, 0.75),
  }
}

/** One ratio for each round: what disturbs a round disturbs both of its sides, so it cancels out. */
export function ratios(measured: readonly number[], yardstick: readonly number[]): number[] {
  if (measured.length !== yardstick.length) throw new RangeError('a round has lost a side')
  return measured.map((value, round) => value / (yardstick[round] ?? Number.NaN))
}
