import type { TableDescription } from '../table.ts'

/** Issued tokens: never the token itself, but its SHA-256, so that none is taken for one that we issued. A row lives as long as its session, which takes it along. */
export const tokens = {
  name: 'tokens',
  columns: { jti: 'text', sid: 'text', exp: 'seconds', kid: 'text', hash: 'text' },
  key: ['jti'],
  mac: false,
} as const satisfies TableDescription
