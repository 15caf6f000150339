import type { Context } from '../context.ts'
import type { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { delegationRefused } from './delegation-refused.ts'
import { maxLiveDelegations, type Quota } from './delegation.ts'

/**
 * At most 1 000 live sessions are delegated from one (contract 1.10). The change can count rows but not the dead among
 * them: how many of those that lived until now are dead is settled here, for the dead stay dead.
 */
export async function requireQuota({ store, clock }: Context, caller: Caller): Promise<Quota> {
  const after = clock()
  const { unexpired, live } = await store.delegations.countChildren(caller.sid, after)
  if (live >= maxLiveDelegations) throw tooManyDelegations(caller)
  return { fewerThan: maxLiveDelegations + unexpired - live, after }
}

export function tooManyDelegations(caller: Caller): Fault {
  const detail = `at most ${maxLiveDelegations} live sessions can be delegated from one`
  return delegationRefused(caller, { code: 'conflict', detail, reason: 'too_many_delegations' })
}
