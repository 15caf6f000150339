// A change is data: guards, writes and events, to be kept together or not at all. It reads no clock, draws no random
// number and awaits nothing, so one engine can run it in a savepoint and the other decide a whole batch at once.
// Laws: guards are tested in order against what the changes before it wrote; the first that does not hold names the
// answer, and nothing of the change is written.
import type { AuditHead } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../domain/audit/audit-event.ts'
import type { Epoch } from '../domain/epoch/epoch.ts'
import type { Value } from './table.ts'
import type { ColumnName, ExpiringTableName, PlainTableName, TableName } from './tables.ts'

export interface Change<Name extends string = string> {
  readonly guards: readonly Guard<Name>[]
  readonly writes: readonly Write[]
  readonly events: readonly NewAuditEvent[]
  /** `exp` (seconds) of the token that the change issues. */
  readonly highestExp?: number
  /** The epoch that begins with it. */
  readonly epoch?: Epoch
  /** The last audit event that it removes. */
  readonly pruned?: AuditHead
  /** Overtakes what waits: revocations. */
  readonly urgent?: boolean
}

/** What the head row says of the change from then on. */
export function prunedBy({ pruned }: Change) {
  return pruned === undefined ? {} : { prunedSeq: pruned.seq, prunedHash: pruned.hash }
}

export type Guard<Name extends string = string> = { readonly name: Name } & (
  | { [Table in TableName]: SomeRow<Table> }[TableName]
  | { [Table in PlainTableName]: NoRow<Table> }[PlainTableName]
  | { [Table in PlainTableName]: FewerRows<Table> }[PlainTableName]
  | BeforeInstant
  | AfterInstant
)

/** At least one of the rows under the key meets the condition. */
interface SomeRow<Table extends TableName> {
  readonly some: Table
  readonly key: Key<Table>
  readonly where?: Condition<Table>
}

/** No row under the key meets the condition. A row with a bad MAC counts as absent, hence plain tables only. */
interface NoRow<Table extends TableName> {
  readonly none: Table
  readonly key: Key<Table>
  readonly where?: Condition<Table>
}

/** Fewer than so many rows under the key meet the condition. */
interface FewerRows<Table extends TableName> {
  readonly fewer: Table
  readonly than: number
  readonly key: Key<Table>
  /** Bounds alone: then an index counts them, however many there are. */
  readonly where?: { readonly [Column in ColumnName<Table>]?: BoundTest }
}

/** The batch's time lies before this instant (milliseconds). */
interface BeforeInstant {
  readonly before: number
}

/** The batch's time lies after this instant (milliseconds). */
interface AfterInstant {
  readonly after: number
}

type Key<Table extends TableName> = { readonly [Column in ColumnName<Table>]?: string | number }
type Condition<Table extends TableName> = { readonly [Column in ColumnName<Table>]?: Test }

/** A value the column must hold (null: unset), a bound, or its place in time; see `passes`. */
export type Test = Value | BoundTest | TimeTest | EndTest
/** In the column's own unit; an unset column is outside every bound. */
export type BoundTest = { readonly atLeast: number } | { readonly above: number }
/** Text that ends so. */
export interface EndTest {
  readonly endsWith: string
}
export type TimeTest =
  | { readonly time: 'ahead' | 'since epoch' }
  /** Unset, or later than the batch or than this instant (milliseconds). */
  | { readonly unliftedFor: number }

/** Later than the batch. */
export const ahead: TimeTest = { time: 'ahead' }
/** Not begun before the deployment's present epoch. */
export const sinceEpoch: TimeTest = { time: 'since epoch' }

export type Write =
  | { [Table in TableName]: Insert<Table> }[TableName]
  | { [Table in TableName]: Update<Table> }[TableName]
  | { [Table in TableName]: Remove<Table> }[TableName]
  | { [Table in PlainTableName]: InsertEach<Table> }[PlainTableName]
  | RemoveExpired
  | RemoveThrough

interface Insert<Table extends TableName> {
  readonly insert: Table
  readonly row: Readonly<Record<string, NewValue>>
}

/** Every row under the key; none is no error. */
interface Update<Table extends TableName> {
  readonly update: Table
  readonly key: Key<Table>
  readonly set: { readonly [Column in ColumnName<Table>]?: NewValue }
}

interface Remove<Table extends TableName> {
  readonly remove: Table
  readonly key: Key<Table>
}

/**
 * One row for every row of another table under the key that meets the condition; the change's answer holds them, unless
 * they are quiet.
 */
interface InsertEach<Table extends TableName> {
  readonly insertEach: TableName
  readonly of: Table
  readonly key: Key<Table>
  readonly where?: Condition<Table>
  readonly row: Readonly<Record<string, NewValue>>
  readonly isQuiet?: true
}

/** Rows worthless for ten minutes, at most so many. */
interface RemoveExpired {
  readonly removeExpired: ExpiringTableName
  readonly atMost: number
}

/** Every row of this number or a lower one. */
interface RemoveThrough {
  readonly removeThrough: 'auditEvents' | 'checkpoints'
  readonly seq: number
}

/** A value, or what only the batch knows; see `fill`. */
export type NewValue =
  | Value
  /** The batch's time plus so many milliseconds, and no earlier than this instant (milliseconds). */
  | { readonly at: number; readonly noEarlierThan?: number }
  /** The present value, raised to this one. */
  | { readonly atLeast: number }
  /** The highest `exp` issued before this write, and no less than so many milliseconds after the batch. */
  | { readonly highestExp: true; readonly atLeastAfter?: number }
  /** The first whole second (in milliseconds) at least so many milliseconds after the batch. */
  | { readonly wholeSecondAfter: number }
  /** Number of the change's first audit event. */
  | { readonly seq: true }
  /** The next number of what verifiers are told, another one for each row. */
  | { readonly streamSeq: true }
  /** In `insertEach`: the other row's value, behind this text if there is one. */
  | { readonly copied: string; readonly behind?: string }
