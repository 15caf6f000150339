import { signingKeyStatuses, type SigningKey } from '../../domain/signing-keys/signing-key.ts'
import { ifInteger, readInteger, readOneOf, readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/** A row grants authority, so it carries a MAC; the private half is encrypted before it comes here. */
export const signingKeys = {
  name: 'signing_keys',
  columns: {
    kid: 'text',
    x: 'text',
    sealed: 'text',
    status: 'text',
    created_at: 'milliseconds',
    imported_at: 'milliseconds',
    retires_at: 'milliseconds',
    retired_at: 'milliseconds',
  },
  key: ['kid'],
  mac: true,
} as const satisfies TableDescription

export function toSigningKeyRow(key: SigningKey): Row {
  return {
    kid: key.kid,
    x: key.x,
    sealed: key.sealed,
    status: key.status,
    created_at: key.createdAt,
    imported_at: key.importedAt ?? null,
    retires_at: key.retiresAt ?? null,
    retired_at: key.retiredAt ?? null,
  }
}

export function toSigningKey(row: Row): SigningKey {
  return {
    kid: readText(row, 'kid'),
    x: readText(row, 'x'),
    sealed: readText(row, 'sealed'),
    status: readOneOf(row, 'status', signingKeyStatuses),
    createdAt: readInteger(row, 'created_at'),
    ...ifInteger(row, 'imported_at', (importedAt) => ({ importedAt })),
    ...ifInteger(row, 'retires_at', (retiresAt) => ({ retiresAt })),
    ...ifInteger(row, 'retired_at', (retiredAt) => ({ retiredAt })),
  }
}
