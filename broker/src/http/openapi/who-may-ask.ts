import type { RateLimit } from '../limits/rate-limit.ts'
import type { Route } from '../route.ts'

/** Whom a route is for, and how often: what no member of an OpenAPI operation can say. */
export function whoMayAsk({ access, rateLimit, attemptLimit }: Route): string {
  const limits = [
    ...(rateLimit === undefined ? [] : [`From one address ${pace(rateLimit)}.`]),
    ...(attemptLimit === undefined
      ? []
      : [`With one \`${attemptLimit.account}\` from one address ${pace(attemptLimit)}.`]),
  ]
  return [`For ${callersOf(access)}.`, ...limits].join(' ')
}

/** Alternatives: one of these scopes will do. */
export function securityOf({ access }: Route): object {
  if (access === undefined) return {}
  const { scopes } = access
  return { security: scopes?.map((scope) => ({ bearer: [scope] })) ?? [{ bearer: [] }] }
}

function callersOf(access: Route['access']): string {
  if (access === undefined) return 'anybody'
  if (access.scopes !== undefined) return listed(access.scopes.map(holderOf))
  if (access.kinds !== undefined)
    return listed([...new Set(access.kinds.map((kind) => names[kind]))])
  return bearers[access.bearer]
}

/** Scopes of operators and of apps are told apart by how they begin (contract 2.2). */
function holderOf(scope: string): string {
  return `${scope.startsWith('app:') ? 'apps' : 'operators'} with \`${scope}\``
}

const names = { admin: 'operators', operator: 'operators', app: 'apps', agent: 'agents' }

const bearers = {
  live: 'every holder of a live token',
  unexpired: 'every holder of a token that has not expired',
  renewable: 'agents and apps, for the token that they present',
}

function listed(all: readonly string[]): string {
  return new Intl.ListFormat('en', { type: 'conjunction' }).format(all)
}

function pace({ perSecond, burst }: RateLimit): string {
  const rate = perSecond < 1 ? `${perSecond * 60} times a minute` : `${perSecond} times a second`
  return `${rate}, ${burst} at once`
}
