import type { LineResult, PartResult } from './run-checks.ts'

/** Progress: one line for each part. */
export function wordPart(line: number, { title, status, milliseconds }: PartResult): string {
  const took = milliseconds === undefined ? '' : ` (${(milliseconds / 1000).toFixed(1)} s)`
  return `${marks[status].padEnd(7)}  ${String(line).padStart(2)}  ${title}${took}`
}

/** One line of the checklist, and what is wrong or missing below it. */
export function wordLine({ line, title, status, parts }: LineResult): string {
  const head = `${String(line).padStart(2)}  ${marks[status].padEnd(7)}  ${title}`
  const rest = parts
    .filter((part) => part.status !== 'passed')
    .map((part) => `             - ${part.title}: ${part.status}, ${part.reason ?? ''}`)
  return [head, ...rest].join('\n')
}

const marks = { passed: 'passed', failed: 'FAILED', partly: 'partly', 'not run': 'not run' }

export interface Summary {
  readonly passed: number
  readonly partly: number
  readonly failed: number
  readonly not_run: number
  readonly parts: { readonly passed: number; readonly failed: number; readonly not_run: number }
}

export function summarise(results: readonly LineResult[]): Summary {
  const lines = (status: LineResult['status']) =>
    results.filter((result) => result.status === status).length
  const all = results.flatMap((result) => result.parts)
  const parts = (status: LineResult['status']) =>
    all.filter((part) => part.status === status).length
  return {
    passed: lines('passed'),
    partly: lines('partly'),
    failed: lines('failed'),
    not_run: lines('not run'),
    parts: { passed: parts('passed'), failed: parts('failed'), not_run: parts('not run') },
  }
}

export function wordSummary(results: readonly LineResult[], answers: number): string {
  const { passed, partly, failed, not_run: notRun, parts } = summarise(results)
  return [
    '',
    `${results.length} lines: ${passed} passed, ${partly} passed as far as they ran, ${failed} failed, ${notRun} not run.`,
    `${parts.passed + parts.failed + parts.not_run} parts: ${parts.passed} passed, ${parts.failed} failed, ${parts.not_run} not run and not counted as passed.`,
    `${answers} answers were looked at.`,
  ].join('\n')
}
