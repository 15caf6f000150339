import type { RevocationChange } from '@agentwrit/protocol'
import { Fault } from '../fault.ts'
import type { Store } from '../store.ts'
import { toPublished, type Change } from './change.ts'
import type { Numbered } from './feed.ts'

/** A change as it goes out, made once for all who follow. */
export interface ChangeItem extends Numbered {
  readonly data: string
}

/** Reads what is new. Nothing found proves that nothing is new only if the head row says the same. */
export function readChanges({ changes, head }: Pick<Store, 'changes' | 'head'>) {
  return async (seq: number, limit: number): Promise<ChangeItem[]> => {
    const { streamSeq } = await head()
    const found = await changes.after(seq, limit)
    const last = found.at(-1)?.seq ?? seq
    if (found.length < limit && last < streamSeq) {
      throw new Fault('service_unavailable', `change ${last + 1} is missing`, { retryAfter: 1 })
    }
    return found.map(toItem)
  }
}

/** What was long ago; undefined when it is not retained any more. */
export async function readHistory(
  { changes }: Pick<Store, 'changes'>,
  seq: number,
  limit: number,
): Promise<ChangeItem[] | undefined> {
  const found = await changes.history(seq, limit)
  return found.length > 0 ? found.map(toItem) : undefined
}

function toItem(change: Change): ChangeItem {
  const published: RevocationChange = { seq: change.seq, ...toPublished(change) }
  return { seq: change.seq, data: JSON.stringify(published) }
}
