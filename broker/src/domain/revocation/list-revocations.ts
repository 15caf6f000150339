import type { RevocationList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { badCursor, pageBehind, pageLimit, toPage, type ListQuery } from '../page.ts'
import { toRevocationInfo } from './revocation-info.ts'
import type { KeptRevocation, RevocationFilter, RevocationPage } from './revocation.ts'

/** Entries, newest first, ended ones too while they are kept (contract 4.16, 1.8). */
export async function listRevocations(
  { store, clock }: Context,
  filter: RevocationFilter,
  { limit: asked, cursor }: ListQuery,
): Promise<RevocationList> {
  const limit = pageLimit(asked)
  const page = pageBehind(limit, cursor === undefined ? undefined : parseCursor(cursor))
  const { shown, next } = toPage(
    await store.revocations.list(filter, page, clock()),
    limit,
    toCursor,
  )
  return { revocations: shown.map(toRevocationInfo), ...next }
}

/** Number and id of the last one shown: this order never changes, so no page repeats or skips. */
function toCursor({ seq, id }: KeptRevocation): string {
  return `${seq}.${id}`
}

function parseCursor(cursor: string): NonNullable<RevocationPage['after']> {
  const [, seq, id] = /^(\d{1,15})\.([0-9a-f.]{1,128})$/.exec(cursor) ?? []
  if (seq === undefined || id === undefined) throw badCursor()
  return { seq: Number(seq), id }
}
