import type { SessionStore } from '../domain/tokens/session.ts'
import { beginSession } from './changes/begin-session.ts'
import { endReusedSession } from './changes/end-reused-session.ts'
import { releaseSession } from './changes/release-session.ts'
import { renewToken } from './changes/renew-token.ts'
import { repeatRenewal } from './changes/repeat-renewal.ts'
import { withEnded } from './ended.ts'
import { findIssuedToken, findRenewal, findSession, findSessionOfToken } from './reads/finds.ts'
import type { StoreAccess } from './store-access.ts'

/** The port of sessions, for any engine. */
export function createSessionStore({
  committer,
  source,
  observer,
  find,
}: StoreAccess): SessionStore {
  return {
    begin: (session, kid, events) => committer.commit(beginSession(session, kid, events)),
    find: (sid) => find(findSession(source, sid)),
    findIssued: (jti) => find(findIssuedToken(source, jti)),
    findByToken: (jti) => find(findSessionOfToken(source, jti)),
    renew: async (swap, events) =>
      withEnded(await committer.commitAndTell(renewToken(swap, events))),
    findRenewal: (oldJti) => find(findRenewal(source, oldJti)),
    repeatRenewal: (repeat, events) => committer.commit(repeatRenewal(repeat, events)),
    endReused: (entry, after, events) => committer.commit(endReusedSession(entry, after, events)),
    release: async (entry, events, presented) => {
      const outcome = await committer.commit(releaseSession(entry, events, presented))
      if (outcome.kept) observer.tokensKilled('release', 1)
      return outcome
    },
  }
}
