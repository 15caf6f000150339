import type { AuditEvent } from '@agentwrit/protocol'
import type { AuditFilter } from '../audit/audit-query.ts'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { formatEventId, requireEventId } from './event-id.ts'
import { toItem, type EventItem } from './feed-of-events.ts'
import { requireFresh } from './require-fresh.ts'
import type { StreamEvent, StreamSource } from './stream-event.ts'

/** Exact matches only: the members of an event that a filter can name. */
export type TailFilter = Pick<
  AuditFilter,
  'agentId' | 'taskId' | 'appId' | 'eventType' | 'outcome' | 'jti'
>

/** Events read at once from far back. */
const PAGE = 500

/** Audit events as they are written (contract 4.20), from the one on that this header names, or from now. */
export async function followAudit(
  context: Context,
  caller: Caller,
  asked: { readonly filter: TailFilter; readonly lastEventId: string | string[] | undefined },
): Promise<StreamSource> {
  const from = requireEventId(asked.lastEventId)
  const filters = [asked.filter, ...ownEvents(caller)]
  await requireFresh(context.live.feeds.events)
  const { epoch, seq: present } = await context.store.head()
  const isUsable = from?.epoch === epoch && from.seq <= present
  const start = { epoch, seq: isUsable ? from.seq : present, filters }
  return (signal) => follow(context, start, signal)
}

/** An app sees its own events, whatever it asks for. */
function ownEvents({ kind, claims: { app_id: appId = '' } }: Caller): TailFilter[] {
  return kind === 'app' ? [{ appId }] : []
}

interface Place {
  readonly epoch: string
  readonly filters: readonly TailFilter[]
  seq: number
}

async function* follow(
  context: Context,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void> {
  const { events: feed } = context.live.feeds
  try {
    await feed.join()
    while (!signal.aborted && !feed.isStale) {
      if (place.seq < feed.seq) yield* news(context, place)
      else await feed.moved()
    }
  } finally {
    feed.leave()
  }
}

/** What agrees with every filter, of the events that the follower has not had. */
async function* news(context: Context, place: Place): AsyncGenerator<StreamEvent, void> {
  const feed = context.live.feeds.events
  const recent = feed.recent(place.seq)
  const { items, through } =
    recent === undefined
      ? await readPast(context, place)
      : { items: recent.filter(({ event }) => agrees(event, place.filters)), through: feed.seq }
  for (const { seq, data } of items) {
    const id = formatEventId({ epoch: place.epoch, seq })
    yield { event: 'audit', id, data, isNews: recent !== undefined }
  }
  place.seq = through
}

/** A page found by the database, and the number up to which that is all there is. */
async function readPast(
  { store, live: { feeds } }: Context,
  { seq, filters }: Place,
): Promise<{ items: EventItem[]; through: number }> {
  const { seq: present } = feeds.events
  const [asked = {}, own = {}] = filters
  const page = { limit: PAGE, offset: 0, after: seq, isCounted: false }
  const found = await feeds.events.inTurn(() => store.audit.list({ ...asked, ...own }, page))
  const items = found.events
    .filter((event) => event.seq <= present && agrees(event, filters))
    .map(toItem)
  return { items, through: Math.min(found.next ?? present, present) }
}

function agrees(event: AuditEvent, filters: readonly TailFilter[]): boolean {
  return filters.every(
    ({ agentId, taskId, appId, eventType, outcome, jti }) =>
      isSame(agentId, event.agent_id) &&
      isSame(taskId, event.task_id) &&
      isSame(appId, event.app_id) &&
      isSame(eventType, event.event_type) &&
      isSame(outcome, event.outcome) &&
      isSame(jti, event.jti),
  )
}

function isSame(wanted: string | undefined, own: string | undefined): boolean {
  return wanted === undefined || wanted === own
}
