import type { LaunchTokenStore } from '../domain/launch-tokens/launch-token.ts'
import { createLaunchToken } from './changes/create-launch-token.ts'
import { removeLaunchToken } from './changes/remove-launch-token.ts'
import type { Committer } from './committer.ts'
import { findLaunchToken, findLaunchTokenById, type RowSource } from './reads/finds.ts'
import type { Scanner } from './reads/scans.ts'

interface LaunchTokenStoreParts {
  readonly committer: Committer
  readonly source: RowSource
  /** Turns a failed read into a fault. */
  readonly find: <Answer>(reading: Promise<Answer>) => Promise<Answer>
  readonly scan: Scanner['scan']
}

/** The port of launch tokens, for any engine. */
export function createLaunchTokenStore({
  committer,
  source,
  find,
  scan,
}: LaunchTokenStoreParts): LaunchTokenStore {
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
