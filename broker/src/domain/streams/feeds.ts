import type { Config } from '../../config.ts'
import type { Store } from '../store.ts'
import type { Clock } from '../surroundings.ts'
import { readEvents, type EventItem } from './feed-of-events.ts'
import { readChanges, type ChangeItem } from './feed-of-changes.ts'
import { Feed } from './feed.ts'

/** What this broker's streams are fed from. */
export interface Feeds {
  readonly changes: Feed<ChangeItem>
  readonly events: Feed<EventItem>
}

export interface FeedsParts {
  readonly store: Pick<Store, 'head' | 'changes' | 'audit'>
  readonly clock: Clock
  readonly config: Pick<Config, 'revocationMaxStaleness'>
}

export function makeFeeds({ store, clock, config }: FeedsParts): Feeds {
  const maxStaleness = config.revocationMaxStaleness * 1000
  return {
    changes: new Feed({
      lastSeq: async () => (await store.head()).streamSeq,
      after: readChanges(store),
      clock,
      maxStaleness,
    }),
    events: new Feed({
      lastSeq: async () => (await store.head()).seq,
      after: readEvents(store),
      clock,
      maxStaleness,
    }),
  }
}
