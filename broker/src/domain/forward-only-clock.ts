import type { Clock } from './surroundings.ts'

/**
 * Milliseconds that passed since the first call, by a clock that may be set back: a step backwards counts as no time.
 * For windows and budgets, which such a step would otherwise freeze.
 */
export function forwardOnly(clock: Clock): Clock {
  let passed = 0
  let last: number | undefined
  return () => {
    const now = clock()
    passed += Math.max(0, now - (last ?? now))
    last = now
    return passed
  }
}
