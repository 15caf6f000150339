import type { RevocationChange } from '@agentwrit/protocol'
import type { Store } from '../store.ts'
import { toPublished, type Change } from './change.ts'
import type { Numbered } from './feed.ts'

/** A change as it goes out, made once for all who follow. */
export interface ChangeItem extends Numbered {
  readonly data: string
}

/** Reads what is new, and only if nothing is missing before it. */
export function readChanges({ changes }: Pick<Store, 'changes'>) {
  return async (seq: number, limit: number): Promise<ChangeItem[]> => {
    const found = await changes.after(seq, limit)
    if (!isWithoutGap(seq, found)) throw new Error(`the change behind ${seq} is missing`)
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
  return found.length > 0 && isWithoutGap(seq, found) ? found.map(toItem) : undefined
}

function isWithoutGap(seq: number, found: readonly Change[]): boolean {
  return found.every((change, place) => change.seq === seq + 1 + place)
}

function toItem(change: Change): ChangeItem {
  const published: RevocationChange = { seq: change.seq, ...toPublished(change) }
  return { seq: change.seq, data: JSON.stringify(published) }
}
