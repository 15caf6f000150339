import type { NewValue } from './change.ts'
import type { Moment } from './moment.ts'
import type { Row, Value } from './table.ts'

/** The values to write, with what only the batch knows filled in; `present` is the row as it stands, if it does. */
export function fill(
  values: Readonly<Record<string, NewValue>>,
  moment: Moment,
  present?: Row,
): Row {
  return Object.fromEntries(
    Object.entries(values).map(([column, value]) => [
      column,
      fillValue(value, moment, present?.[column] ?? null),
    ]),
  )
}

function fillValue(value: NewValue, moment: Moment, present: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if ('at' in value) return moment.at + value.at
  if ('atLeast' in value) {
    return typeof present === 'number' ? Math.max(present, value.atLeast) : value.atLeast
  }
  return moment.highestExp
}
