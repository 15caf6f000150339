import {
  maxLiveDelegations,
  maxUnexpiredDelegations,
  type DelegationStore,
} from '../domain/delegation/delegation.ts'
import { delegateToken } from './changes/delegate-token.ts'
import { countUnexpiredChildren } from './reads/count-children.ts'
import type { StoreAccess } from './store-access.ts'

/** The port of delegations, for any engine. */
export function createDelegationStore({
  committer,
  source,
  find,
  scan,
}: StoreAccess): DelegationStore {
  return {
    create: (delegation, events) => committer.commit(delegateToken(delegation, events)),
    countChildren: async (sid, at) => {
      const unexpired = await find(countUnexpiredChildren(source, sid, at))
      // Where the answer does not depend on it, nobody asks which of them are dead.
      const isClear = unexpired < maxLiveDelegations || unexpired >= maxUnexpiredDelegations
      return isClear ? { unexpired, live: unexpired } : scan('children', { sid, at })
    },
    observe: (query, at) => scan('delegations', { query, at }),
  }
}
