import type { Change } from '../change.ts'

/** Rows of one table that one change may remove: other changes must not wait long behind it. */
export const pruneBound = 200

/** Removes what has been worthless for ten minutes; a session takes the rows of its tokens along. */
export const prune: Change<never> = {
  guards: [],
  writes: [
    { removeExpired: 'nonces', atMost: pruneBound },
    { removeExpired: 'launchTokens', atMost: pruneBound },
    { removeExpired: 'renewals', atMost: pruneBound },
    { removeExpired: 'sessions', atMost: pruneBound },
    { removeExpired: 'agents', atMost: pruneBound },
    { removeExpired: 'delegations', atMost: pruneBound },
    { removeExpired: 'revocations', atMost: pruneBound },
    { removeExpired: 'changes', atMost: pruneBound },
  ],
  events: [],
}
