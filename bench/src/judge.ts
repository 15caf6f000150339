import type { Finding, Target } from './row.ts'

export type Verdict = 'met' | 'goal met' | 'missed' | 'told'

/** A figure without a target is only told. */
export function judge({ value: { median } }: Finding, target: Target | undefined): Verdict {
  if (target === undefined) return 'told'
  if (!reaches(median, target)) return 'missed'
  if (target.goal === undefined) return 'met'
  return reaches(median, withLimit(target, target.goal)) ? 'goal met' : 'met'
}

export function formatTarget(target: Target | undefined): string {
  if (target === undefined) return ''
  const [sign, limit] =
    'atMost' in target
      ? ['≤', target.atMost]
      : 'atLeast' in target
        ? ['≥', target.atLeast]
        : ['<', target.below]
  return `${sign} ${limit}${target.goal === undefined ? '' : `, goal ${target.goal}`}`
}

function reaches(value: number, target: Target): boolean {
  if ('atMost' in target) return value <= target.atMost
  return 'atLeast' in target ? value >= target.atLeast : value < target.below
}

function withLimit(target: Target, limit: number): Target {
  const { figure } = target
  if ('atMost' in target) return { figure, atMost: limit }
  return 'atLeast' in target ? { figure, atLeast: limit } : { figure, below: limit }
}
