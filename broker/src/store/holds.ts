import type { Guard, Test } from './change.ts'
import type { Moment } from './moment.ts'
import type { ColumnType, Row, TableDescription } from './table.ts'
import { tables, type TableName } from './tables.ts'

/** The guard's table and key, for whoever loads its rows; undefined when it needs none. */
export function guardedRows(guard: Guard): { table: TableName; key: Row } | undefined {
  if ('before' in guard || 'after' in guard) return undefined
  return { table: 'some' in guard ? guard.some : guard.none, key: { ...guard.key } }
}

/** Decides a guard from the rows under its key: the one judge for both engines. */
export function holds(guard: Guard, rows: readonly Row[], moment: Moment): boolean {
  if ('before' in guard) return moment.at < guard.before
  if ('after' in guard) return moment.at > guard.after
  const table: TableDescription = tables['some' in guard ? guard.some : guard.none]
  const where: Readonly<Record<string, Test>> = { ...guard.where }
  const found = rows.some((row) =>
    Object.entries(where).every(([column, test]) =>
      passes(test, row[column] ?? null, table.columns[column], moment),
    ),
  )
  return 'some' in guard ? found : !found
}

function passes(
  test: Test,
  value: Row[string],
  type: ColumnType | undefined,
  moment: Moment,
): boolean {
  if (typeof test !== 'object' || test === null) return value === test
  if (value === null) return test.time === 'ahead or unset'
  if (typeof value !== 'number') return false
  const instant = type === 'seconds' ? value * 1000 : value
  return test.time === 'since epoch' ? instant >= moment.notBefore * 1000 : instant > moment.at
}
