import type { BrokerList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'

/**
 * The brokers of the deployment (contract 4.31). On SQLite nobody else can be one: whoever answers holds the lock. What it
 * knows is looked up now, in the same way as for those who follow revocations.
 */
export async function listBrokers({ store, clock, live }: Context): Promise<BrokerList> {
  const { id, version, startedAt } = live.identity
  const feed = live.feeds.changes
  try {
    await feed.join()
    const { epoch } = await store.head()
    const own = {
      id,
      version,
      started_at: toTime(startedAt),
      last_seen_at: toTime(clock()),
      epoch,
      applied_seq: feed.seq,
      index_age: Math.round(feed.age) / 1000,
    }
    return { brokers: [own] }
  } finally {
    feed.leave()
  }
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
