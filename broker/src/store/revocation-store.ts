import type { EntryEffect, RevocationStore } from '../domain/revocation/revocation.ts'
import { liftRevocation } from './changes/lift-revocation.ts'
import { noteEffects } from './changes/note-effects.ts'
import { repeatRevocation, revoke } from './changes/revoke.ts'
import { revokePrincipal } from './changes/revoke-principal.ts'
import { withEnded } from './ended.ts'
import { findRevocation, findStandingRevocation, hasChildren } from './reads/find-revocation.ts'
import type { StoreObserver } from './store-observer.ts'
import type { StoreAccess } from './store-access.ts'

/** The port of revocations, for any engine. */
export function createRevocationStore({
  committer,
  source,
  observer,
  find,
  scan,
}: StoreAccess): RevocationStore {
  return {
    inForce: (at) => scan('revocationsInForce', { at }),
    revoke: (entry, presented, events) => committer.commit(revoke(entry, presented, events)),
    revokePrincipal: async (entry, presented, events) =>
      withEnded(await committer.commitAndTell(revokePrincipal(entry, presented, events))),
    repeat: (id, presented, events) => committer.commit(repeatRevocation(id, presented, events)),
    find: (id) => find(findRevocation(source, id)),
    findStanding: (level, target) => find(findStandingRevocation(source, level, target)),
    list: (filter, page, at) => scan('revocations', { filter, page, at }),
    foresee: (entry, { at, within, appId }) =>
      scan('reach', {
        entry,
        at,
        endsAt: Date.now() + within,
        ...(appId === undefined ? {} : { appId }),
      }),
    measure: async (entry, within) => {
      const { released, sid, revokedAt: at } = entry
      // Nearly every release: nothing was delegated, so it killed the one token it was asked for.
      const isAlone = released && !(await find(hasChildren(source, sid ?? '')))
      if (isAlone) return { killed: 1, isComplete: true }
      return scan('effect', { entry, at, endsAt: Date.now() + within })
    },
    noteEffects: async (effects, events) => {
      const outcome = await committer.commit(noteEffects(effects, events))
      if (outcome.kept) for (const effect of effects) tell(observer, effect)
      return outcome
    },
    lift: ({ id }, by, events) => committer.commit(liftRevocation(id, by, events)),
  }
}

/** The token that was released itself has been counted with its release. */
function tell(observer: StoreObserver, { entry: { level, released }, killed }: EntryEffect): void {
  if (released) observer.tokensKilled('release', killed - 1)
  else observer.tokensKilled(level, killed)
}
