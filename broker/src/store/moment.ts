import type { Head } from './tables/head.ts'

/** What only the running batch knows: its time and the head row's values at the place of a change in it. */
export interface Moment {
  /** Milliseconds since the epoch, never below the time of an earlier batch. */
  readonly at: number
  /** Seconds: sessions and launch tokens begun before are over. */
  readonly notBefore: number
  /** Seconds. */
  readonly highestExp: number
  /** Number of the next audit event. */
  readonly seq: number
}

/** The moment of a change that is being written. */
export interface WritingMoment extends Moment {
  /** Draws the next number of what verifiers are told: each is drawn once. */
  readonly drawStreamSeq: () => number
  /** The last one drawn. */
  readonly lastStreamSeq: () => number
}

/** The moment of the next change in a batch that has led to this head. */
export function momentOf({ lastTime, notBefore, highestExp, seq, streamSeq }: Head): WritingMoment {
  let drawn = streamSeq
  return {
    at: lastTime,
    notBefore,
    highestExp,
    seq: seq + 1,
    drawStreamSeq: () => (drawn += 1),
    lastStreamSeq: () => drawn,
  }
}
