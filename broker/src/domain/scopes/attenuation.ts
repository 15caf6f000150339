// Law 1: authority never grows. This file is the only place of the broker that decides "not wider than".
import {
  findUncovered,
  isReservedScope,
  maxScopeLength,
  maxScopes,
  parseScope,
} from '@agentwrit/protocol'
import { Fault } from '../fault.ts'

/** What of the wanted scopes none of the allowed ones covers; empty when authority would not grow. */
export function findExcess(wanted: readonly string[], allowed: readonly string[]): string[] {
  return findUncovered(wanted, allowed)
}

export type ScopeListProblem = 'malformed' | 'reserved'

/** Why a list of scopes may not be granted at all, and the member that says so. */
export function findUngrantable(
  scopes: readonly string[],
): { readonly problem: ScopeListProblem; readonly index: number } | undefined {
  for (const [index, scope] of scopes.entries()) {
    if (parseScope(scope) === undefined) return { problem: 'malformed', index }
    if (isReservedScope(scope)) return { problem: 'reserved', index }
  }
  return undefined
}

/** The answer to such a list; names field and member, repeats nothing of it. */
export function ungrantableFault(
  field: string,
  { problem, index }: { readonly problem: ScopeListProblem; readonly index: number },
): Fault {
  const where = `${field}[${index}]`
  if (problem === 'reserved') {
    return new Fault(
      'invalid_request',
      `${where} is reserved: nobody can grant admin: or app: scopes`,
    )
  }
  const bounds = `1..${maxScopes} scopes of at most ${maxScopeLength} characters`
  return new Fault('invalid_request', `${where} is no scope: action:resource:identifier, ${bounds}`)
}
