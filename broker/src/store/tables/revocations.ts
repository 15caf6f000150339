import { revocationLevels } from '@agentwrit/protocol'
import type { KeptRevocation } from '../../domain/revocation/revocation.ts'
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
  },
  key: ['id'],
  mac: false,
  expiry: 'keep_until',
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
    ...ifInteger(row, 'lifted_at', (liftedAt) => ({ liftedAt })),
  }
}
