import type { RevocationFresh } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { formatEventId, requireEventId } from './event-id.ts'
import { readHistory, type ChangeItem } from './feed-of-changes.ts'
import { readSnapshot } from './snapshot.ts'
import { requireFresh } from './require-fresh.ts'
import type { StreamEvent, StreamSource } from './stream-event.ts'

/** Changes read at once from far back. */
const PAGE = 500

/** Where a follower stands; without a number he needs a snapshot. */
interface Place {
  epoch: string
  seq: number | undefined
}

/** What verifiers are told (contract 4.19), from the event on that this header names. */
export async function followRevocations(
  context: Context,
  lastEventId: string | string[] | undefined,
): Promise<StreamSource> {
  const from = requireEventId(lastEventId)
  await requireFresh(context.live.feeds.changes)
  const { epoch, streamSeq } = await context.store.head()
  const isUsable = from?.epoch === epoch && from.seq <= streamSeq
  const seq = isUsable ? from.seq : undefined
  return (signal) => follow(context, { epoch, seq }, signal)
}

async function* follow(
  context: Context,
  place: Place,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void> {
  const { feed, isOver } = watched(context, signal)
  let beat: number | undefined
  try {
    await feed.join()
    while (!isOver()) {
      if (place.seq === undefined) yield* snapshot(context, place)
      else if (place.seq > feed.seq) {
        await feed.poll()
        // The store has gone back behind what it said a moment ago.
        if (place.seq > feed.seq) return
      } else if (place.seq < feed.seq) yield* changes(context, place)
      else if (beat !== feed.beat) {
        beat = feed.beat
        yield fresh({ seq: place.seq, epoch: place.epoch, as_of: toTime(feed.asOf) })
      } else await feed.moved()
    }
  } finally {
    feed.leave()
  }
}

/** Whoever followed through the beginning of an epoch would miss that all before it is dead. */
function watched({ live }: Context, signal: AbortSignal) {
  const feed = live.feeds.changes
  const { notBefore } = live.revocations
  const isOver = (): boolean =>
    signal.aborted || feed.isStale || live.revocations.notBefore !== notBefore
  return { feed, isOver }
}

async function* snapshot(context: Context, place: Place): AsyncGenerator<StreamEvent, void> {
  for await (const data of readSnapshot(context)) {
    const { seq, epoch, part, parts } = data
    const id = part === parts ? { id: formatEventId({ epoch, seq }) } : {}
    yield { event: 'snapshot', ...id, data: JSON.stringify(data), isNews: false }
    if (part === parts) Object.assign(place, { epoch, seq })
  }
}

/** A page of what the follower has not had; none is left when that is not retained any more. */
async function* changes(context: Context, place: Place): AsyncGenerator<StreamEvent, void> {
  const { store, live } = context
  const feed = live.feeds.changes
  const { epoch, seq = 0 } = place
  const recent = feed.recent(seq)
  const found = recent ?? (await feed.inTurn(() => readHistory(store, seq, PAGE)))
  for (const change of found ?? []) {
    yield toEvent(change, epoch, recent !== undefined)
    place.seq = change.seq
  }
  if (found === undefined) place.seq = undefined
}

function toEvent({ seq, data }: ChangeItem, epoch: string, isNews: boolean): StreamEvent {
  return { event: 'revocation', id: formatEventId({ epoch, seq }), data, isNews }
}

function fresh(data: RevocationFresh): StreamEvent {
  return { event: 'fresh', id: formatEventId(data), data: JSON.stringify(data), isNews: true }
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
