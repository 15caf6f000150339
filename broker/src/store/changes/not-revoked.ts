import type { Lineage } from '@agentwrit/protocol'
import type { Guard } from '../change.ts'

/**
 * No entry in force matches a token of this lineage: `matchesRevocation` of the protocol, as guards. `since`: when the
 * token was issued (milliseconds), for a lifted entry spares what was issued from then on.
 */
export function nothingRevokes<Name extends string>(
  name: Name,
  { jti, sessions, launchingSessions, agents, taskId, root, apps }: Lineage,
  since: number,
): Guard<Name>[] {
  const none = (level: string, target: string): Guard<Name> => ({
    name,
    none: 'revocations',
    key: { level, target },
  })
  return [
    ...sessions.map((sid) => noEntryEnds(name, sid)),
    ...launchingSessions.flatMap((sid) => notRevoked(name, sid)),
    { name, none: 'revocations', key: { level: 'token', target: jti }, where: { released: 0 } },
    ...agents.map((agent) => none('agent', agent)),
    none('chain', root),
    ...(taskId === undefined ? [] : [taskAllowed(name, taskId, since)]),
    ...apps.map((app) => none('app', app)),
  ]
}

/** No entry, a release included, ends this very session. */
export function noEntryEnds<Name extends string>(name: Name, sid: string): Guard<Name> {
  return { name, none: 'revocations', key: { level: 'token', sid } }
}

/** Nobody has revoked the session (a release does not matter): what it launched may go on. */
export function notRevoked<Name extends string>(
  name: Name,
  sid: string | undefined,
): Guard<Name>[] {
  if (sid === undefined) return []
  return [{ name, none: 'revocations', key: { level: 'token', sid }, where: { released: 0 } }]
}

/** The task is not revoked, or that was lifted before this instant (milliseconds). */
export function taskAllowed<Name extends string>(
  name: Name,
  taskId: string,
  since: number,
): Guard<Name> {
  const where = { lifted_at: { unliftedFor: since } }
  return { name, none: 'revocations', key: { level: 'task', target: taskId }, where }
}
