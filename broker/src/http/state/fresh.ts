import type { Clock } from '../../domain/surroundings.ts'

/**
 * One reading shared by all who ask while it is younger than `maxAge` milliseconds, and by those who ask while it is
 * being taken: whoever asks in a loop costs no more than one reading per age.
 */
export function freshWithin<Value>(
  maxAge: number,
  clock: Clock,
  read: () => Promise<Value>,
): () => Promise<Value> {
  let takenAt = Number.NEGATIVE_INFINITY
  let reading: Promise<Value> | undefined
  let isPending = false
  return () => {
    const isFresh = Math.abs(clock() - takenAt) < maxAge
    if (reading !== undefined && (isPending || isFresh)) return reading
    takenAt = clock()
    isPending = true
    reading = read().finally(() => {
      isPending = false
    })
    return reading
  }
}
