import type { Context } from '../context.ts'

/** Counts the agents that are alive, once in a minute; the metric counts them in the same way. */
export async function sampleAgents({
  store,
  clock,
  live: { statistics },
}: Pick<Context, 'store' | 'clock' | 'live'>): Promise<void> {
  if (!statistics.isSampled) statistics.agentsSeen(await store.agents.countActive(clock()))
}
