import { encodeHex, formatDetail } from '@agentwrit/protocol'
import type { Store } from '../store.ts'
import type { Clock, Random } from '../surroundings.ts'
import type { Epoch } from './epoch.ts'

export interface Acceptance {
  readonly store: Pick<Store, 'epochs' | 'head' | 'lastTime'>
  readonly clock: Clock
  readonly random: Random
}

/** Milliseconds until an epoch counts, as with the lifting of a task entry: every broker has heard of it by then. */
const DELAY = 3000
const attempts = 5

/**
 * An operator accepts the store as it is: a new epoch begins, and everything issued before is dead, whatever the store
 * says of it. Another one may have been quicker, or the time too short: then it is tried again.
 */
export async function acceptRestored({ store, clock, random }: Acceptance): Promise<Epoch> {
  for (let left = attempts; left > 0; left -= 1) {
    const { epoch: previous, notBefore } = await store.head()
    const next = {
      epoch: encodeHex(random(8)),
      notBefore: laterThan(notBefore, Math.max(clock(), store.lastTime())),
    }
    const outcome = await store.epochs.begin(next, previous, [epochChanged(next)])
    if (outcome.kept) return remember(store, next)
  }
  throw new Error('no new epoch could be begun: something else is changing the store')
}

/** From now on the store is compared with what it is, not with what it was. */
async function remember({ epochs }: Acceptance['store'], begun: Epoch): Promise<Epoch> {
  const found = await epochs.inspect()
  if ('regression' in found) throw new Error(`the store has changed again: ${found.regression}`)
  await epochs.remember()
  return begun
}

/** Seconds: the first whole second far enough ahead, and later than any before. */
function laterThan(notBefore: number, now: number): number {
  return Math.max(notBefore + 1, Math.ceil((now + DELAY) / 1000))
}

function epochChanged({ notBefore }: Epoch) {
  return {
    event_type: 'epoch_changed',
    actor: 'system',
    outcome: 'success',
    detail: formatDetail('epoch changed', { cause: 'restore_accepted', not_before: notBefore }),
  } as const
}
