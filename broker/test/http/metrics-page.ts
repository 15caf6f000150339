import type { TestBroker } from '../test-broker.ts'

/** The value of each series that `/v1/metrics` shows, by its name and labels as they stand there. */
export type MetricsPage = ReadonlyMap<string, number>

export async function metricsOf({ fetch }: Pick<TestBroker, 'fetch'>): Promise<MetricsPage> {
  const answer = await fetch('http://broker.test/v1/metrics')
  return readPage(await answer.text())
}

export function readPage(text: string): MetricsPage {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ')
      return [line.slice(0, end), Number(line.slice(end + 1))]
    }),
  )
}

/** By how much each series that counts has changed, the reading of the metrics itself left out. */
export function changesBetween(before: MetricsPage, after: MetricsPage): Record<string, number> {
  return Object.fromEntries(
    [...after]
      .filter(([series]) => isCounting(series))
      .map(([series, value]) => [series, value - (before.get(series) ?? 0)] as const)
      .filter(([, change]) => change !== 0),
  )
}

/** What `act` changes, and nothing else did meanwhile. */
export async function changesBy(
  broker: TestBroker,
  act: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const before = await metricsOf(broker)
  await act()
  return changesBetween(before, await metricsOf(broker))
}

/** Of a histogram the count, for how long something takes is different each time. */
export function isCounting(series: string): boolean {
  return !/_bucket\{|_sum\b|"\/v1\/metrics"/.test(series)
}
