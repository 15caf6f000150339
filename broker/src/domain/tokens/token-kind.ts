import type { AuditEvent } from '@agentwrit/protocol'

export const tokenKinds = ['admin', 'app', 'agent', 'delegated'] as const
export type TokenKind = (typeof tokenKinds)[number]

/** Kind of the token that the event issued, or undefined. Each issued token is named by exactly one event (contract 5.1). */
export function tokenKindOf({
  event_type: type,
  actor,
  deleg_depth: depth = 0,
}: Pick<AuditEvent, 'event_type' | 'actor' | 'deleg_depth'>): TokenKind | undefined {
  if (type === 'delegation_created') return 'delegated'
  if (!issuing.has(type)) return undefined
  return depth > 0 ? 'delegated' : kindOfPrincipal(actor)
}

const issuing: ReadonlySet<AuditEvent['event_type']> = new Set([
  'admin_auth',
  'app_authenticated',
  'token_issued',
  'token_renewed',
])

function kindOfPrincipal(actor: string): TokenKind {
  if (actor.startsWith('spiffe://')) return 'agent'
  return actor.startsWith('app:') ? 'app' : 'admin'
}
