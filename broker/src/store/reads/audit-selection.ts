import type { AuditFilter } from '../../domain/audit/audit-query.ts'
import type { Value } from '../table.ts'
import type { StoredQuery } from './read-as-stored.ts'

/** A condition on `audit_events` and its values. */
export interface Selection {
  readonly text: string
  readonly values: readonly Value[]
}

/**
 * What a filter says about a row, besides its time; undefined if all rows will do. `traced` stands for the credential.
 * One index is to do the work, chosen here and not by the planner, which has no statistics: the filter that agrees with
 * the fewest events goes first, the others are written so that no index fits them.
 */
export function toSelection(
  { jti, agentId, taskId, appId, eventType, outcome }: AuditFilter,
  traced: Selection | undefined,
): Selection | undefined {
  const narrow = [
    ...(traced === undefined ? [] : [{ plain: traced.text, values: traced.values }]),
    ...equal('jti', jti),
    ...equal('agent_id', agentId),
    ...equal('task_id', taskId),
    ...(outcome === 'denied' ? [denied] : []),
  ]
  // Together these two have an index of their own.
  const wide = [...equal('app_id', appId), ...equal('event_type', eventType)]
  const [first, ...others] = narrow
  const chosen = [
    ...(first === undefined ? wide.map(plainly) : [plainly(first)]),
    ...[...others, ...(first === undefined ? [] : wide)].map(({ unindexed = '', values }) => ({
      text: unindexed,
      values,
    })),
    ...(outcome === 'success' ? [{ text: "outcome = 'success'", values: [] }] : []),
  ]
  if (chosen.length === 0) return undefined
  const text = chosen.map((part) => `(${part.text})`).join(' and ')
  return { text, values: chosen.flatMap(({ values }) => values) }
}

/** The events in order. Continued by the values: first and last number, limit, offset. */
export function selectEvents(selection: Selection | undefined): StoredQuery {
  const where = selection === undefined ? '' : `${selection.text} and`
  const tail = `where seq in
      (select seq from audit_events where ${where} seq between ? and ? order by seq limit ? offset ?)
    order by seq`
  return { tail, values: selection?.values ?? [] }
}

interface Part {
  readonly plain: string
  /** The same, but no index is looked for; the first part has no need of it. */
  readonly unindexed?: string
  readonly values: readonly Value[]
}

/** Written out: a partial index serves no parameter. */
const denied: Part = {
  plain: "outcome = 'denied'",
  unindexed: "(outcome || '') = 'denied'",
  values: [],
}

function equal(column: string, value: string | undefined): Part[] {
  if (value === undefined) return []
  return [{ plain: `${column} = ?`, unindexed: `(${column} || '') = ?`, values: [value] }]
}

function plainly({ plain: text, values }: Part): Selection {
  return { text, values }
}
