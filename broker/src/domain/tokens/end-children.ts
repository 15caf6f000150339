import type { Claims } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import type { Revocation } from '../revocation/revocation.ts'
import { timeOrderedId } from '../time-ordered-id.ts'

/**
 * Law 1: no child outlives its parent. A successor that ends before the token it replaces (a setting was lowered, or the
 * clock set back) takes along every session whose token would end later; `undefined` when there can be none.
 */
export function endingChildren(
  { clock, random }: Context,
  old: Claims,
  successor: Claims,
): Revocation | undefined {
  if (successor.exp >= old.exp) return undefined
  return {
    id: timeOrderedId(clock, random),
    level: 'token',
    target: '',
    released: false,
    reason: 'delegator ends earlier',
    actor: 'system',
  }
}
