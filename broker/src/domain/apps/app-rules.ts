// What an operator may make of an app (contract 1.10, 3.3, 4.11), as far as a schema cannot say it.
import { Fault } from '../fault.ts'
import { findUngrantable, ungrantableFault } from '../scopes/grantable.ts'
import type { AppRole } from './app.ts'

const shortest = 60
const longest = 86_400

export function requireCeiling(scopes: readonly string[], role: AppRole): void {
  if (role === 'verifier' && scopes.length > 0) {
    throw new Fault('invalid_request', 'scopes: a verifier has none')
  }
  if (role === 'app' && scopes.length === 0) {
    throw new Fault('invalid_request', 'scopes: an app has at least one')
  }
  const ungrantable = findUngrantable(scopes)
  if (ungrantable !== undefined) throw ungrantableFault('scopes', ungrantable)
}

export function requireTokenTtl(seconds: number): void {
  if (seconds >= shortest && seconds <= longest) return
  throw new Fault('invalid_ttl', `token_ttl ${seconds} is outside ${shortest}..${longest} seconds`)
}

export function unknownApp(): Fault {
  return new Fault('not_found', 'no app has this id')
}
