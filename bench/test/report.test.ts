import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toJson, toTable, type Measured } from '../src/report.ts'

const measured: Measured[] = [
  {
    row: {
      name: 'a-row',
      what: 'this / that',
      targets: [{ figure: 'cost', atMost: 1.3 }],
      measure: () => Promise.reject(new Error('is not measured here')),
    },
    findings: [
      {
        figure: 'cost',
        unit: 'ratio',
        value: { median: 1.4, low: 1.3, high: 1.5 },
        sides: { unit: 'µs', measured: 42, yardstick: 30 },
      },
      {
        figure: 'memory',
        unit: 'megabytes',
        value: { median: 120.4, low: 119, high: 121 },
        sides: { unit: 'MB', measured: 120.4, yardstick: 90 },
      },
    ],
  },
]

test('the table has one line for each figure, all of the same width', () => {
  const lines = toTable(measured).split('\n')
  assert.equal(lines.length, 4)
  assert.equal(new Set(lines.map((line) => line.length)).size, 1)
  assert.match(lines[2] ?? '', /a-row .*cost .*1\.40 .*1\.30 to 1\.50 .*≤ 1\.3 .*missed/)
  assert.match(lines[3] ?? '', /memory .*120 MB/)
})

test('machines read the verdict of every figure and under which circumstances it was found', () => {
  const date = new Date('2026-01-02T03:04:05Z')
  const report = JSON.parse(toJson(measured, { date, size: 'quick' }))
  assert.equal(report.size, 'quick')
  assert.equal(report.date, '2026-01-02T03:04:05.000Z')
  assert.deepEqual(
    report.rows[0].findings.map(({ verdict }: { verdict: string }) => verdict),
    ['missed', 'told'],
  )
})
