import type { Broker } from '../wire/broker.ts'
import { Nonconformity } from '../wire/nonconformity.ts'
import { OutOfReach, wordNeed, type Check, type Need, type Offer, type Part } from './check.ts'

export interface PartResult {
  readonly title: string
  readonly status: 'passed' | 'failed' | 'not run'
  /** What was wrong, or what it needs. */
  readonly reason?: string
  /** How long it took. */
  readonly milliseconds?: number
}

export interface LineResult {
  readonly line: number
  readonly title: string
  /** `partly`: what ran passed, and something did not run. */
  readonly status: 'passed' | 'failed' | 'partly' | 'not run'
  readonly parts: readonly PartResult[]
}

export interface RunOptions {
  readonly offers: ReadonlySet<Offer>
  /** Told of each part as soon as it is over. */
  readonly tell: Progress
}

export type Progress = (line: number, part: PartResult) => void

/**
 * Runs the checks one after another, those that disturb others last. What the inspector has seen meanwhile counts against
 * the lines that are about every answer.
 */
export async function runChecks(
  broker: Broker,
  checks: readonly Check[],
  { offers, tell }: RunOptions,
): Promise<LineResult[]> {
  const results = new Map<Part, PartResult>()
  for (const { line, part } of inOrder(checks)) {
    const result = await runPart(broker, part, offers)
    results.set(part, result)
    tell(line, result)
  }
  return checks.map((check) => {
    const parts = check.parts.flatMap((part) => results.get(part) ?? [])
    return judge(check, [...parts, ...observed(broker, check)])
  })
}

function inOrder(checks: readonly Check[]): { line: number; part: Part }[] {
  const all = checks.flatMap(({ line, parts }) => parts.map((part) => ({ line, part })))
  return [...all.filter(({ part }) => !disturbs(part)), ...all.filter(({ part }) => disturbs(part))]
}

function disturbs(part: Part): boolean {
  return part.needs?.includes('permission') ?? false
}

async function runPart(
  broker: Broker,
  part: Part,
  offers: ReadonlySet<string>,
): Promise<PartResult> {
  const { title, run, needs = [] } = part
  const missing = needs.filter((need) => !offers.has(need))
  if (run === undefined || missing.length > 0) return notRun(title, missing)
  // Whatever ended sessions before ended the shared one too.
  if (disturbs(part)) broker.forgetOperator()
  const began = performance.now()
  try {
    await run(broker)
    return { title, status: 'passed', milliseconds: Math.round(performance.now() - began) }
  } catch (error) {
    if (error instanceof OutOfReach) return notRun(title, [error.need])
    return { title, status: 'failed', reason: wordError(error) }
  } finally {
    await broker.cleanUp()
    if (disturbs(part)) broker.forgetOperator()
  }
}

function notRun(title: string, missing: readonly Need[]): PartResult {
  return { title, status: 'not run', reason: `needs ${missing.map(wordNeed).join(' and ')}` }
}

/** A message of ours holds no credential; of a foreign error only the name is certain not to. */
function wordError(error: unknown): string {
  if (error instanceof Nonconformity) return error.message
  return `the check itself failed: ${error instanceof Error ? error.name : typeof error}`
}

function observed(broker: Broker, { line }: Check): PartResult[] {
  const faults = broker.inspector.faultsOf(line)
  return faults.map((reason) => ({ title: 'every answer', status: 'failed', reason }))
}

function judge({ line, title }: Check, parts: readonly PartResult[]): LineResult {
  const has = (status: PartResult['status']) => parts.some((part) => part.status === status)
  if (has('failed')) return { line, title, status: 'failed', parts }
  if (!has('not run')) return { line, title, status: 'passed', parts }
  return { line, title, status: has('passed') ? 'partly' : 'not run', parts }
}
