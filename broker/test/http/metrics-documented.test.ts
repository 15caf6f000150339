// The page of the metrics and section 8 of the wire contract are one list.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { auditEventTypes } from '@agentwrit/protocol'
import { storeOperations } from '../../src/store/store-observer.ts'
import { ask } from '../ask.ts'
import { testBroker } from '../test-broker.ts'
import { metricsOf } from './metrics-page.ts'

interface Metric {
  readonly type: string
  readonly labels: readonly string[]
}

test('the broker shows the metrics that the contract names, with their types and labels, and no other', async () => {
  await using broker = await testBroker()
  await ask(broker, 'GET', '/v1/health')
  const served = servedMetrics(await broker.client.metrics())
  assert.deepEqual(served, Object.fromEntries(rows().flatMap(toMetrics)))
})

test('every value that a label can have is shown from the start, at 0, and no other', async () => {
  await using broker = await testBroker()
  const page = await metricsOf(broker)
  const listed = Object.fromEntries(rows().flatMap(toListedValues))
  assert.deepEqual(Object.keys(listed).toSorted(), ['kind', 'level', 'status'])
  const all = { ...listed, event_type: auditEventTypes, operation: storeOperations }
  for (const [label, values] of Object.entries(all)) {
    const shown = [...page].filter(([series]) => series.includes(`{${label}="`))
    const named = shown.map(([series]) => series.slice(series.indexOf('"') + 1, -2))
    assert.deepEqual([...new Set(named)].toSorted(), values.toSorted(), label)
    assert.ok(
      shown.every(([, value]) => value === 0),
      label,
    )
  }
})

test('the duration of audit writes has the buckets that the contract names', async () => {
  await using broker = await testBroker()
  const [, named = ''] = /buckets ([\d. ]+)/.exec(section()) ?? []
  const buckets = named.trim().split(' ').map(Number)
  assert.equal(buckets.length, 6)
  const prefix = 'agentwrit_audit_write_duration_seconds_bucket{le="'
  const shown = [...(await metricsOf(broker)).keys()].filter((series) => series.startsWith(prefix))
  assert.deepEqual(
    shown.map((series) => series.slice(prefix.length, -2)),
    [...buckets.map(String), '+Inf'],
  )
})

function section(): string {
  const path = join(import.meta.dirname, '../../../docs/reference/wire-contract.md')
  const [, text = ''] = /\n## 8\. Metrics\n(.*?)\n## /s.exec(readFileSync(path, 'utf8')) ?? []
  return text
}

/** Cells of the rows of its table. */
function rows(): string[][] {
  const lines = section()
    .split('\n')
    .filter((line) => line.startsWith('| `'))
  return lines.map((line) => line.split('|').map((cell) => cell.trim()))
}

/** A row may speak of several metrics: types and labels are those of all, or one for each behind a semicolon. */
function toMetrics([, names = '', types = '', labels = '']: readonly string[]): [string, Metric][] {
  return [...names.matchAll(/`(\w+)`/g)].map(([, name = ''], place) => [
    name,
    {
      type: /\w+/.exec(ofEach(types, place))?.[0] ?? '',
      labels: [...ofEach(labels, place).matchAll(/`(\w+)`(?= =| \(|$)/g)].map(
        ([, one = '']) => one,
      ),
    },
  ])
}

function ofEach(cell: string, place: number): string {
  return cell.split(';')[place] ?? cell
}

/** `kind` = admin, app, agent, delegated. */
function toListedValues([, , , labels = '']: readonly string[]): [string, string[]][] {
  const [, label, values] = /^`(\w+)` = (\w+(?:, \w+)+)$/.exec(labels) ?? []
  return label === undefined || values === undefined ? [] : [[label, values.split(', ')]]
}

function servedMetrics(page: string): Record<string, Metric> {
  const declared = [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)]
  return Object.fromEntries(
    declared.map(([, name = '', type = '']) => [name, { type, labels: labelsOf(page, name) }]),
  )
}

function labelsOf(page: string, name: string): string[] {
  const [, inBraces = ''] = new RegExp(`^${name}(?:_count)?\\{(.*)\\} `, 'm').exec(page) ?? []
  return [...inBraces.matchAll(/(\w+)="/g)].map(([, label = '']) => label)
}
