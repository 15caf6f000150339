// Scopes (contract 2.8), and what limits an agent besides the token it holds (3.3, 4.6).
import type { App, Link, Token } from './world.ts'

export function covers(allowed: string, requested: string): boolean {
  const [allowedAction, allowedResource, ...allowedRest] = allowed.split(':')
  const [action, resource, ...rest] = requested.split(':')
  const identifier = allowedRest.join(':')
  return (
    allowedAction === action &&
    allowedResource === resource &&
    (identifier === '*' || identifier === rest.join(':'))
  )
}

/** Each one is covered by some of the others. */
export function isWithin(requested: readonly string[], allowed: readonly string[]): boolean {
  return requested.every((scope) => allowed.some((wide) => covers(wide, scope)))
}

export function isReserved(scope: string): boolean {
  return scope.startsWith('admin:') || scope.startsWith('app:')
}

/** The admin's agents have no ceiling. */
export function isWithinCeiling(scope: readonly string[], app: App | undefined): boolean {
  return app === undefined || isWithin(scope, app.ceiling)
}

export function isWithinCeilings(scope: readonly string[], chain: readonly Link[]): boolean {
  return chain.every(({ app }) => isWithinCeiling(scope, app))
}

/** Whether an agent of one app may delegate to one of the other. */
export function isWithinReach(from: App | undefined, to: App | undefined): boolean {
  if (from === to) return true
  if (from === undefined) return false
  if (from.delegatesTo.includes('*')) return true
  return to !== undefined && from.delegatesTo.includes(to.name)
}

export function holds({ scope }: Token, ...routeScopes: string[]): boolean {
  return routeScopes.some((needed) => scope.some((own) => covers(own, needed)))
}
