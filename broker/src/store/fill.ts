import type { NewValue } from './change.ts'
import type { Moment, WritingMoment } from './moment.ts'
import type { Row, Value } from './table.ts'

/**
 * The values to write, with what only the batch knows filled in; `present` is the row as it stands, or the one that is
 * copied from.
 */
export function fill(
  values: Readonly<Record<string, NewValue>>,
  moment: WritingMoment,
  present?: Row,
): Row {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column,
      fillValue(value, moment, (from = column) => present?.[from] ?? null),
    ]),
  )
}

function fillValue(
  value: NewValue,
  moment: WritingMoment,
  present: (column?: string) => Value,
): Value {
  if (typeof value !== 'object' || value === null) return value
  if ('at' in value) return Math.max(moment.at + value.at, value.noEarlierThan ?? 0)
  if ('highestExp' in value) return highestExpAt(moment, value.atLeastAfter)
  if ('seq' in value) return moment.seq
  if ('streamSeq' in value) return moment.drawStreamSeq()
  if ('wholeSecondAfter' in value) return wholeSecondAfter(moment.at + value.wholeSecondAfter)
  if ('copied' in value) return copied(present(value.copied), value.behind)
  const old = present()
  return typeof old === 'number' ? Math.max(old, value.atLeast) : value.atLeast
}

/** Seconds. */
function highestExpAt({ at, highestExp }: Moment, atLeastAfter: number | undefined): number {
  if (atLeastAfter === undefined) return highestExp
  return Math.max(highestExp, wholeSecondAfter(at + atLeastAfter) / 1000)
}

function wholeSecondAfter(instant: number): number {
  return Math.ceil(instant / 1000) * 1000
}

function copied(value: Value, behind: string | undefined): Value {
  return behind === undefined ? value : `${behind}${value}`
}
