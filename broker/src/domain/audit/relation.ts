import type { RevocationLevel } from '@agentwrit/protocol'

/**
 * The one thing that an audit event is about besides its own `jti`, written so that an index finds it: another token by
 * its bare `jti`, the target of a revocation as `<level>:<target>`, a launch token as `launch:<id>`.
 */
export type Relation = string

export function relationToLaunchToken(id: string): Relation {
  return `launch:${id}`
}

/** What has been revoked. Text that is no `jti` is no token, whoever calls it one: it relates to nothing. */
export function relatingTo(
  level: RevocationLevel,
  target: string,
): { readonly relates_to?: Relation } {
  if (level !== 'token') return { relates_to: `${level}:${target}` }
  return /^[0-9a-f]{32}$/.test(target) ? { relates_to: target } : {}
}
