import type { TableDescription } from '../table.ts'

/** Nonces that have proven a key; nothing is stored when one is issued. */
export const nonces = {
  name: 'nonces',
  columns: { nonce: 'text', expires_at: 'milliseconds' },
  key: ['nonce'],
  mac: false,
  expiry: 'expires_at',
} as const satisfies TableDescription
