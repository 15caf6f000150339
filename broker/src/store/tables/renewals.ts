import { readClaims } from '@agentwrit/protocol'
import type { Renewal, Repeatable } from '../../domain/tokens/renewal.ts'
import type { TokenSwap } from '../../domain/tokens/session.ts'
import type { NewValue } from '../change.ts'
import { readInteger, readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/**
 * One row for each renewal, kept as long as the old token could be shown. The claims are signed again for a repeat, so a
 * row grants authority and carries a MAC. `key_hash`, `body_hash` and `claims` are unset without an idempotency key.
 */
export const renewals = {
  name: 'renewals',
  columns: {
    old_jti: 'text',
    old_exp: 'seconds',
    new_jti: 'text',
    renewed_at: 'milliseconds',
    kid: 'text',
    key_hash: 'text',
    body_hash: 'text',
    claims: 'text',
  },
  key: ['old_jti'],
  mac: true,
  expiry: 'old_exp',
} as const satisfies TableDescription

/** The row of a renewal made now. */
export function newRenewalRow(swap: TokenSwap): Readonly<Record<string, NewValue>> {
  const { repeatable } = swap
  return {
    old_jti: swap.presented.jti,
    old_exp: swap.oldExp,
    new_jti: swap.newJti,
    renewed_at: { at: 0 },
    kid: swap.kid,
    key_hash: repeatable?.keyHash ?? null,
    body_hash: repeatable?.bodyHash ?? null,
    // The order of the members is part of what was signed; JSON keeps it.
    claims: repeatable === undefined ? null : JSON.stringify(repeatable.claims),
  }
}

export function toRenewal(row: Row): Renewal {
  return {
    oldJti: readText(row, 'old_jti'),
    newJti: readText(row, 'new_jti'),
    renewedAt: readInteger(row, 'renewed_at'),
    kid: readText(row, 'kid'),
    ...(row['key_hash'] === null ? {} : { repeatable: toRepeatable(row) }),
  }
}

function toRepeatable(row: Row): Repeatable {
  const claims = readClaims(JSON.parse(readText(row, 'claims')))
  if (claims === undefined) throw new TypeError('column claims holds no claims')
  return { keyHash: readText(row, 'key_hash'), bodyHash: readText(row, 'body_hash'), claims }
}
