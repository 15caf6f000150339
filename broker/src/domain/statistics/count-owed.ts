import type { Context } from '../context.ts'

/** Counts what only the log can tell of, such as what other brokers did: in parts, so that nobody else's reads wait for long. */
export async function countOwed(
  { store, live: { statistics } }: Pick<Context, 'store' | 'live'>,
  isStopped: () => boolean,
): Promise<void> {
  statistics.logReaches((await store.head()).seq)
  let { owed } = statistics
  while (owed !== undefined && !isStopped()) {
    statistics.tallied(await store.audit.tally(owed))
    owed = statistics.owed
  }
}
