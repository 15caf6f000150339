import type { BoundTest, EndTest, Guard, Test, TimeTest } from './change.ts'
import type { Moment } from './moment.ts'
import type { ColumnType, Row, TableDescription } from './table.ts'
import { tables, type TableName } from './tables.ts'

export interface GuardedRows {
  readonly table: TableName
  readonly key: Row
  /** Rows that do not meet it need not be loaded. */
  readonly where: Readonly<Record<string, Test>>
}

/** The guard's table and key, for whoever loads its rows; undefined when it needs none. */
export function guardedRows(guard: Guard): GuardedRows | undefined {
  if ('before' in guard || 'after' in guard) return undefined
  return { table: tableOf(guard), key: { ...guard.key }, where: { ...guard.where } }
}

/** Decides a guard from the rows under its key: the one judge for both engines. */
export function holds(guard: Guard, rows: readonly Row[], moment: Moment): boolean {
  if ('before' in guard) return moment.at < guard.before
  if ('after' in guard) return moment.at > guard.after
  const table: TableDescription = tables[tableOf(guard)]
  const found = rows.filter(meeting(table, guard.where, moment)).length
  if ('some' in guard) return found > 0
  return found < ('fewer' in guard ? guard.than : 1)
}

/** Whether a row of the table meets the condition. */
export function meeting(
  table: TableDescription,
  where: Readonly<Record<string, Test | undefined>> = {},
  moment: Moment,
): (row: Row) => boolean {
  const tests = Object.entries(where).filter(([, test]) => test !== undefined)
  return (row) =>
    tests.every(([column, test]) =>
      passes(test ?? null, row[column] ?? null, table.columns[column], moment),
    )
}

type RowGuard = Exclude<Guard, { readonly before: number } | { readonly after: number }>

function tableOf(guard: RowGuard): TableName {
  if ('some' in guard) return guard.some
  return 'none' in guard ? guard.none : guard.fewer
}

function passes(
  test: Test,
  value: Row[string],
  type: ColumnType | undefined,
  moment: Moment,
): boolean {
  if (typeof test !== 'object' || test === null) return value === test
  if ('unliftedFor' in test) return value === null || isAfterEither(value, test, moment)
  if ('endsWith' in test) return endsWith(value, test)
  return typeof value === 'number' && isWithin(test, value, type, moment)
}

function endsWith(value: Row[string], test: EndTest): boolean {
  return typeof value === 'string' && value.endsWith(test.endsWith)
}

function isWithin(
  test: BoundTest | Exclude<TimeTest, { readonly unliftedFor: number }>,
  value: number,
  type: ColumnType | undefined,
  moment: Moment,
): boolean {
  if ('atLeast' in test) return value >= test.atLeast
  if ('above' in test) return value > test.above
  const instant = type === 'seconds' ? value * 1000 : value
  return test.time === 'since epoch' ? instant >= moment.notBefore * 1000 : instant > moment.at
}

function isAfterEither(
  value: string | number,
  { unliftedFor }: { readonly unliftedFor: number },
  { at }: Moment,
): boolean {
  return typeof value === 'number' && value > Math.min(unliftedFor, at)
}
