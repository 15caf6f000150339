import assert from 'node:assert/strict'
import type { Tally } from './tally.ts'

/** What a thousand trees have seen, each of it several times. */
const seen: readonly string[] = [
  'renew',
  'renew: forbidden',
  'renew: scope_violation',
  'renew: unauthorized',
  'delegate',
  'delegate: conflict',
  'delegate: forbidden',
  'delegate: invalid_request',
  'delegate: not_found',
  'delegate: scope_violation',
  'delegate: unauthorized',
  'register: forbidden',
  'register: scope_violation',
  'register: unauthorized',
  'create launch token: forbidden',
  'create launch token: invalid_request',
  'release',
  'revoke token',
  'revoke token: not_found',
  'revoke agent',
  'revoke agent: forbidden',
  'revoke task',
  'revoke chain',
  'lift',
  'lift: conflict',
  'change app',
  'deregister app',
  'rotate key',
  'restart',
]

/** Nobody is to believe in trees that never grew. */
export function requireVariety({ answers, byDepth, killedByDepth }: Tally): void {
  for (const what of seen) assert.ok((answers.get(what) ?? 0) > 0, `never seen: ${what}`)
  for (const [depth, issued] of byDepth.entries()) assert.ok(issued > 0, `no token at ${depth}`)
  for (const [depth, killed] of killedByDepth.entries())
    assert.ok(killed > 0, `no death at ${depth}`)
}
