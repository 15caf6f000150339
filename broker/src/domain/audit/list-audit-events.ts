import type { AuditEventList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { badCursor, pageLimit, type ListQuery } from '../page.ts'
import { ownerOf } from '../launch-tokens/launch-token-owner.ts'
import type { AuditFilter } from './audit-query.ts'

export interface AuditQuery extends AuditFilter, ListQuery {
  readonly offset?: number
  readonly isCounted: boolean
}

/** Events in the order in which they happened: all of them for operators, its own for an app (contract 4.8, 1.8). */
export async function listAuditEvents(
  { store }: Context,
  caller: Caller,
  { limit: asked, offset: skipped, cursor, isCounted, ...filter }: AuditQuery,
): Promise<AuditEventList> {
  const after = requirePlace(skipped, cursor)
  const offset = skipped ?? 0
  const limit = pageLimit(asked)
  const owner = ownerOf(caller)
  // Another's events are as good as none.
  const { appId = owner.appId } = filter
  if (owner.appId !== undefined && appId !== owner.appId) {
    return { events: [], ...(isCounted ? { total: 0 } : {}), offset, limit }
  }
  const page = { limit, offset, isCounted, ...after }
  const { events, unproven, total, next } = await store.audit.list({ ...filter, ...owner }, page)
  return {
    events,
    ...(total === undefined ? {} : { total }),
    offset,
    limit,
    ...(next === undefined ? {} : { next_cursor: String(next) }),
    ...(unproven.length === 0 ? {} : { unproven }),
  }
}

/** A page begins at a number of events, or behind the last one of a page before. */
function requirePlace(
  offset: number | undefined,
  cursor: string | undefined,
): { readonly after?: number } {
  if (cursor === undefined) return {}
  if (offset !== undefined) {
    throw new Fault('invalid_request', 'offset and cursor cannot be used together')
  }
  if (!/^[1-9]\d{0,14}$/.test(cursor)) throw badCursor()
  return { after: Number(cursor) }
}
