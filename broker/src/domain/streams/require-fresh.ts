import { Fault } from '../fault.ts'
import type { Feed, Numbered } from './feed.ts'

/** Contract 1.9: nobody begins to follow what the broker itself does not know for sure. */
export async function requireFresh(feed: Feed<Numbered>): Promise<void> {
  await feed.poll()
  if (!feed.isStale) return
  throw new Fault('service_unavailable', 'the state of this broker is stale', { retryAfter: 1 })
}
