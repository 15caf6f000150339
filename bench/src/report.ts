import { availableParallelism } from 'node:os'
import { formatTarget, judge, type Verdict } from './judge.ts'
import type { Finding, Row, Unit } from './row.ts'

/** The findings of one row. */
export interface Measured {
  readonly row: Row
  readonly findings: readonly Finding[]
}

export interface Circumstances {
  readonly date: Date
  readonly size: 'quick' | 'default' | 'full'
}

/** For machines: everything that the table says, unrounded. */
export function toJson(measured: readonly Measured[], { date, size }: Circumstances): string {
  const rows = measured.map(({ row: { name, what, targets }, findings }) => ({
    name,
    what,
    findings: findings.map((finding) => {
      const target = targets.find(({ figure }) => figure === finding.figure)
      return { ...finding, target, verdict: judge(finding, target) }
    }),
  }))
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    processors: availableParallelism(),
  }
  return JSON.stringify({ date: date.toISOString(), size, ...machine, rows }, undefined, 2)
}

/** For people, in Markdown, so that it can be copied into the documentation. */
export function toTable(measured: readonly Measured[]): string {
  const lines = measured.flatMap(({ row, findings }) =>
    findings.map((finding) => toLine(row, finding)),
  )
  const widths = head.map((word, column) =>
    Math.max(word.length, ...lines.map((line) => line[column]?.length ?? 0)),
  )
  const rule = widths.map((width) => '-'.repeat(width))
  return [head, rule, ...lines].map((cells) => toMarkdown(cells, widths)).join('\n')
}

const head = ['row', 'figure', 'median', 'quartiles', 'sides', 'target', 'verdict']

function toLine({ name, targets }: Row, finding: Finding): string[] {
  const { figure, unit, value, sides } = finding
  const target = targets.find((wanted) => wanted.figure === figure)
  return [
    name,
    figure,
    format(value.median, unit),
    `${format(value.low, unit)} to ${format(value.high, unit)}`,
    `${toDigits(sides.measured)} / ${toDigits(sides.yardstick)} ${sides.unit}`,
    formatTarget(target),
    words[judge(finding, target)],
  ]
}

const words: Record<Verdict, string> = {
  met: 'met',
  'goal met': 'goal met',
  missed: '**missed**',
  told: '',
}

function format(value: number, unit: Unit): string {
  if (unit === 'megabytes') return `${value.toFixed(0)} MB`
  if (unit === 'milliseconds') return `${value.toFixed(1)} ms`
  if (unit === 'microseconds') return `${value.toFixed(1)} µs`
  return unit === 'seconds' ? `${value.toFixed(2)} s` : value.toFixed(2)
}

/** Three significant digits without an exponent. */
function toDigits(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function toMarkdown(cells: readonly string[], widths: readonly number[]): string {
  return `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
}
