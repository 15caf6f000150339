import type { PublishedRevocation, RevocationSnapshot } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { isPrincipal, type KeptRevocation } from '../revocation/revocation.ts'
import { toPublished, type SnapshotBounds, type SnapshotSize } from './change.ts'

/** Entries in one part (contract 4.19). */
const PART = 1000

/**
 * All that can matter to an unexpired token, part by part, as far as the reader takes them: memory holds one part. The
 * number it stands for is read before anything else. So every change up to it is in what is read later; what has come
 * since may be in it as well, is told again as a change, and then says nothing new.
 */
export async function* readSnapshot(context: Context): AsyncGenerator<RevocationSnapshot, void> {
  const { store, live } = context
  const head = await store.head()
  // What the store's own time has ended may be pruned, whatever the clock says.
  const bounds = { at: store.lastTime(), throughEvent: head.seq, throughChange: head.streamSeq }
  const inTurn = live.feeds.changes.inTurn
  const size = await inTurn(() => store.changes.countSnapshot(bounds))
  const keys = await endedKeys(context)
  const parts = partsOf(size.entries) + partsOf(size.superseded) + Math.max(1, partsOf(keys.length))
  const { streamSeq: seq, epoch, notBefore } = head
  const at = Math.floor(bounds.at / 1000)
  let part = 0
  for await (const entries of pages(context, { bounds, size, keys })) {
    part += 1
    yield { seq, epoch, not_before: notBefore, at, part, parts, entries }
  }
}

interface Contents {
  readonly bounds: SnapshotBounds
  readonly size: SnapshotSize
  readonly keys: readonly PublishedRevocation[]
}

/** Exactly as many as were counted: nothing within the bounds goes away while it is kept. */
async function* pages(
  { store: { changes }, live }: Context,
  { bounds, size, keys }: Contents,
): AsyncGenerator<PublishedRevocation[], void> {
  const inTurn = live.feeds.changes.inTurn
  let entry: KeptRevocation | undefined
  for (let left = partsOf(size.entries); left > 0; left -= 1) {
    const after = entry
    const page = { ...bounds, after, limit: PART }
    const found = await inTurn(() => changes.snapshotEntries(page))
    entry = found.at(-1) ?? entry
    yield found.filter(isTold).map(toFact)
  }
  let seq: number | undefined
  for (let left = partsOf(size.superseded); left > 0; left -= 1) {
    const page = { ...bounds, after: seq, limit: PART }
    const found = await inTurn(() => changes.snapshotSuperseded(page))
    seq = found.at(-1)?.seq ?? seq
    yield found.map(toPublished)
  }
  for (let from = 0; from === 0 || from < keys.length; from += PART) {
    yield keys.slice(from, from + PART)
  }
}

function partsOf(count: number): number {
  return Math.ceil(count / PART)
}

/** An entry about a principal is told by those about its sessions. */
function isTold({ level, target }: KeptRevocation): boolean {
  return level !== 'agent' || !isPrincipal(target)
}

function toFact(entry: KeptRevocation): PublishedRevocation {
  const made = entry.released ? 'release' : 'revoke'
  return toPublished({ action: entry.liftedAt === undefined ? made : 'lift', entry })
}

async function endedKeys({ store }: Context): Promise<PublishedRevocation[]> {
  const keys = await store.signingKeys.all()
  return keys
    .filter(({ status }) => status === 'compromised')
    .map(({ kid }) => ({ action: 'retire_key', kid }))
}
