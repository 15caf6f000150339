import type { LaunchTokenStore } from '../domain/launch-tokens/launch-token.ts'
import { createLaunchToken } from './changes/create-launch-token.ts'
import { removeLaunchToken } from './changes/remove-launch-token.ts'
import { findLaunchToken, findLaunchTokenById } from './reads/finds.ts'
import type { StoreAccess } from './store-access.ts'

/** The port of launch tokens, for any engine. */
export function createLaunchTokenStore({
  committer,
  source,
  find,
  scan,
}: StoreAccess): LaunchTokenStore {
  return {
    create: (token, presented, events) =>
      committer.commit(createLaunchToken(token, presented, events)),
    find: (hash) => find(findLaunchToken(source, hash)),
    findById: (id, owner) => find(findLaunchTokenById(source, id, owner)),
    listUsable: (owner, page, at) => scan('usableLaunchTokens', { owner, page, at }),
    remove: (token, presented, events) =>
      committer.commit(removeLaunchToken(token, presented, events)),
  }
}
