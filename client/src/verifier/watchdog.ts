import type { Surroundings } from '../options.ts'

/**
 * Calls `bark` once nothing was heard from one look to the next; `patience` says each time how many milliseconds lie between
 * the two. Ends with the signal.
 */
export function watch(
  patience: () => number,
  bark: () => void,
  { sleep, signal }: Pick<Surroundings, 'sleep'> & { readonly signal: AbortSignal },
): { readonly heard: () => void } {
  let signs = 0
  const look = async () => {
    for (let before = -1; before !== signs;) {
      before = signs
      await sleep(patience(), signal)
    }
    bark()
  }
  look().catch(() => undefined)
  return { heard: () => void (signs += 1) }
}
