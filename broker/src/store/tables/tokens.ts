import type { TableDescription } from '../table.ts'

/** Issued tokens: never the token itself. A row lives as long as its session, which takes it along. */
export const tokens = {
  name: 'tokens',
  columns: { jti: 'text', sid: 'text', exp: 'seconds', kid: 'text' },
  key: ['jti'],
  mac: false,
} as const satisfies TableDescription
