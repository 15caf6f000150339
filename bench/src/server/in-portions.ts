const portion = 512

/** So many results, few enough at a time for the committer's queue. */
export async function inPortions<Result>(
  count: number,
  make: () => Promise<Result>,
): Promise<Result[]> {
  const made: Result[] = []
  while (made.length < count) {
    const size = Math.min(portion, count - made.length)
    made.push(...(await Promise.all(Array.from({ length: size }, make))))
  }
  return made
}
