// Law 1: authority never grows. What is "not wider than" is decided by `covers` of the protocol alone, here as in every
// client; this file says which scopes nobody may be granted at all.
import { isReservedScope, maxScopeLength, maxScopes, parseScope } from '@agentwrit/protocol'
import { Fault } from '../fault.ts'

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
