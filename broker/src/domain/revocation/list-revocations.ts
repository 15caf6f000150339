import type { RevocationList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import { toRevocationInfo } from './revocation-info.ts'
import type { KeptRevocation, RevocationFilter, RevocationPage } from './revocation.ts'

export interface ListQuery {
  /** As asked; 0 is the default of 100, more than 1000 is 1000. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** Entries, newest first, ended ones too while they are kept (contract 4.16, 1.8). */
export async function listRevocations(
  { store, clock }: Context,
  filter: RevocationFilter,
  { limit: asked = 0, cursor }: ListQuery,
): Promise<RevocationList> {
  const limit = asked === 0 ? 100 : Math.min(asked, 1000)
  const after = cursor === undefined ? {} : { after: parseCursor(cursor) }
  // One more than asked for tells whether another page follows.
  const found = await store.revocations.list(filter, { limit: limit + 1, ...after }, clock())
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return {
    revocations: shown.map(toRevocationInfo),
    ...(found.length > limit && last !== undefined ? { next_cursor: toCursor(last) } : {}),
  }
}

/** Number and id of the last one shown: this order never changes, so no page repeats or skips. */
function toCursor({ seq, id }: KeptRevocation): string {
  return `${seq}.${id}`
}

function parseCursor(cursor: string): NonNullable<RevocationPage['after']> {
  const [, seq, id] = /^(\d{1,15})\.([0-9a-f.]{1,128})$/.exec(cursor) ?? []
  if (seq === undefined || id === undefined) {
    throw new Fault('invalid_request', 'cursor is the next_cursor of a page before')
  }
  return { seq: Number(seq), id }
}
