// What verifiers are told (contract 4.19). Laws: a change is numbered and kept in the same transaction as what it tells
// of; the numbers have no gaps; no reason, no actor and no name of a target is published.
import {
  publishedTargetInput,
  type PublishedEntry,
  type PublishedRevocation,
} from '@agentwrit/protocol'
import { untilLifted, type KeptRevocation } from '../revocation/revocation.ts'
import { sha256 } from '../tokens/sha-256.ts'

export type Change = { readonly seq: number } & (EntryChange | Supersession | KeyEnd)

export interface EntryChange {
  readonly action: PublishedEntry['action']
  /** As it is now: it may have been lifted since. */
  readonly entry: KeptRevocation
}

export interface Supersession {
  readonly action: 'supersede'
  readonly jti: string
  /** Seconds. */
  readonly exp: number
}

export interface KeyEnd {
  readonly action: 'retire_key'
  readonly kid: string
}

/** Within these nothing comes or goes while a snapshot is read page by page, however long that takes. */
export interface SnapshotBounds {
  /** Milliseconds: what covers nothing alive by then is left out. */
  readonly at: number
  /** The last audit event, and the last change, that belong to it. */
  readonly throughEvent: number
  readonly throughChange: number
}

export interface SnapshotSize {
  readonly entries: number
  readonly superseded: number
}

export interface SnapshotPage<Place> extends SnapshotBounds {
  readonly after: Place | undefined
  readonly limit: number
}

export interface ChangeStore {
  /** Changes behind this number in order, at most so many; not from the next one on if that is not retained. */
  after(seq: number, limit: number): Promise<Change[]>
  /** The same for whoever reads far back, off the main thread. */
  history(seq: number, limit: number): Promise<Change[]>
  countSnapshot(bounds: SnapshotBounds): Promise<SnapshotSize>
  /** In the order they were made. */
  snapshotEntries(page: SnapshotPage<{ seq: number; id: string }>): Promise<KeptRevocation[]>
  snapshotSuperseded(page: SnapshotPage<number>): Promise<(Change & Supersession)[]>
}

/** As verifiers read it. */
export function toPublished(change: EntryChange | Supersession | KeyEnd): PublishedRevocation {
  switch (change.action) {
    case 'supersede':
      return { action: change.action, jti: change.jti, exp: change.exp }
    case 'retire_key':
      return { action: change.action, kid: change.kid }
    case 'revoke':
    case 'release':
    case 'lift':
      return toPublishedEntry(change)
    default:
      throw new Error('a change of an unknown kind cannot be published')
  }
}

function toPublishedEntry({ action, entry }: EntryChange): PublishedEntry {
  const { id, level, target, sid, revokedAt, keepUntil, liftedAt } = entry
  return {
    action,
    id,
    level,
    target: sha256(publishedTargetInput(level, target)),
    ...(sid === undefined ? {} : { sid }),
    revoked_at: new Date(revokedAt).toISOString(),
    // When it was made nobody knew yet that it would be lifted.
    exp: level === 'task' && action !== 'lift' ? untilLifted : keepUntil,
    ...(action === 'lift' && liftedAt !== undefined
      ? { lifted_at: new Date(liftedAt).toISOString() }
      : {}),
  }
}
