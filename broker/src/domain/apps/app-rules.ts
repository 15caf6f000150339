// What an operator may make of an app (contract 1.10, 3.3, 4.11), as far as a schema cannot say it.
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { scopeViolation } from '../identity/require-scope.ts'
import { findUngrantable, ungrantableFault } from '../scopes/grantable.ts'
import type { AppRole } from './app.ts'

const shortest = 60
const longest = 86_400

export function requireCeiling(caller: Caller, scopes: readonly string[], role: AppRole): void {
  if (role === 'verifier' && scopes.length > 0) {
    throw new Fault('invalid_request', 'scopes: a verifier has none')
  }
  if (role === 'app' && scopes.length === 0) {
    throw new Fault('invalid_request', 'scopes: an app has at least one')
  }
  requireGrantable(caller, scopes)
}

/**
 * Whoever tries to hand out a reserved scope is audited (contract 5.3): as a `scope_violation`, for no scope of the caller
 * covers that, whatever it holds. The types about ceilings and launch tokens tell of what apps ask for, not of what an
 * operator asks for them.
 */
export function requireGrantable(caller: Caller, scopes: readonly string[]): void {
  const ungrantable = findUngrantable(scopes)
  if (ungrantable === undefined) return
  const fault = ungrantableFault('scopes', ungrantable)
  if (ungrantable.problem !== 'reserved') throw fault
  const refusal = scopeViolation(caller, { reason: 'scope_reserved', requested: scopes })
  throw new Fault(fault.code, fault.message, { refusal })
}

export function requireTokenTtl(seconds: number): void {
  if (seconds >= shortest && seconds <= longest) return
  throw new Fault('invalid_ttl', `token_ttl ${seconds} is outside ${shortest}..${longest} seconds`)
}

export function unknownApp(): Fault {
  return new Fault('not_found', 'no app has this id')
}
