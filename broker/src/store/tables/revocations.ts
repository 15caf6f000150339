import { revocationLevels } from '@agentwrit/protocol'
import {
  untilLifted,
  type KeptRevocation,
  type Revocation,
} from '../../domain/revocation/revocation.ts'
import type { NewValue } from '../change.ts'
import { ifInteger, ifText, readFlag, readInteger, readOneOf, readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/** `keep_until` is the highest `exp` issued before the entry; a `task` entry's lies beyond all times until it is lifted. */
export const revocations = {
  name: 'revocations',
  columns: {
    id: 'text',
    level: 'text',
    target: 'text',
    sid: 'text',
    released: 'integer',
    reason: 'text',
    actor: 'text',
    revoked_at: 'milliseconds',
    keep_until: 'seconds',
    lifted_at: 'milliseconds',
    lifted_by: 'text',
    seq: 'integer',
    part_of: 'text',
    killed: 'integer',
    is_complete: 'integer',
  },
  key: ['id'],
  mac: false,
  expiry: 'keep_until',
  afterlife: 7 * 24 * 60 * 60 * 1000,
} as const satisfies TableDescription

export function toRevocation(row: Row): KeptRevocation {
  return {
    id: readText(row, 'id'),
    level: readOneOf(row, 'level', revocationLevels),
    target: readText(row, 'target'),
    ...ifText(row, 'sid', (sid) => ({ sid })),
    released: readFlag(row, 'released'),
    ...ifText(row, 'reason', (reason) => ({ reason })),
    actor: readText(row, 'actor'),
    revokedAt: readInteger(row, 'revoked_at'),
    keepUntil: readInteger(row, 'keep_until'),
    seq: readInteger(row, 'seq'),
    ...ifText(row, 'part_of', (partOf) => ({ partOf })),
    ...ifInteger(row, 'killed', (killed) => ({ killed })),
    ...ifInteger(row, 'is_complete', (flag) => ({ isComplete: flag === 1 })),
    ...ifInteger(row, 'lifted_at', (liftedAt) => ({ liftedAt })),
    ...ifText(row, 'lifted_by', (liftedBy) => ({ liftedBy })),
  }
}

/** The row of an entry made now, kept until every token issued so far has expired. */
export function newEntry(entry: Revocation): Readonly<Record<string, NewValue>> {
  return {
    id: entry.id,
    level: entry.level,
    target: entry.target,
    sid: entry.sid ?? null,
    released: entry.released ? 1 : 0,
    reason: entry.reason ?? null,
    actor: entry.actor,
    revoked_at: { at: 0 },
    keep_until: entry.level === 'task' ? untilLifted : { highestExp: true },
    lifted_at: null,
    lifted_by: null,
    seq: { seq: true },
    part_of: entry.partOf ?? null,
    killed: null,
    is_complete: null,
  }
}

/** The id of an entry about one session, copied from that session's row. */
export function idOfSession({ id }: Revocation): NewValue {
  return { copied: 'sid', behind: `${id}.` }
}

/** The columns of an entry about one session, copied from that session's row. */
export function entryOfSession(entry: Revocation): Readonly<Record<string, NewValue>> {
  return {
    ...newEntry(entry),
    id: idOfSession(entry),
    target: { copied: 'current_jti' },
    sid: { copied: 'sid' },
  }
}
