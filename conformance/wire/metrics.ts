import type { Broker } from './broker.ts'
import { expect, expectStatus } from './expect.ts'

export interface Sample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

/** The samples of GET /v1/metrics, Prometheus text format 0.0.4. */
export async function readMetrics(broker: Broker): Promise<Sample[]> {
  const answer = expectStatus(await broker.get('/v1/metrics'), 200)
  const lines = answer.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name = '', labels = '', value = ''] = sampleForm.exec(line) ?? []
    expect(name !== '', 'a line of the metrics is not in the text format')
    return { name, labels: readLabels(labels), value: Number(value) }
  })
}

const sampleForm = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/
const labelForm = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/g

function readLabels(text: string): Map<string, string> {
  const labels = new Map<string, string>()
  for (const [, name = '', value = ''] of text.matchAll(labelForm)) labels.set(name, value)
  return labels
}

/** Of all samples of this name with these labels. */
export function sum(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = Object.entries(labels)
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => wanted.every(([key, value]) => sample.labels.get(key) === value))
    .reduce((total, { value }) => total + value, 0)
}
