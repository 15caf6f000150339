/**
 * What holds for every answer (contract 1.1, 1.2, 1.4): whatever part asked, a fault is told under
 * the line of the checklist that it breaks.
 */
import type { Answer } from './answer.ts'
import { findProblemFaults } from './problem-faults.ts'
import type { AnswerSchemas } from './answer-schemas.ts'

/** The lines that are about every answer; `document` is line 0. */
export const observedLines = { document: 0, headers: 1, problems: 6 } as const

export class Inspector {
  readonly #schemas: AnswerSchemas | undefined
  readonly #isTls: boolean
  readonly #faults = new Map<number, Set<string>>()
  #answers = 0

  constructor(options: { schemas?: AnswerSchemas | undefined; isTls: boolean }) {
    this.#schemas = options.schemas
    this.#isTls = options.isTls
  }

  /** Answers seen so far. */
  get answers(): number {
    return this.#answers
  }

  /** Whether every answer is compared with a document. */
  get compares(): boolean {
    return this.#schemas !== undefined
  }

  see(answer: Answer): void {
    this.#answers += 1
    this.#note(observedLines.headers, answer, findHeaderFaults(answer, this.#isTls))
    this.#note(observedLines.problems, answer, findProblemFaults(answer))
    this.#note(observedLines.document, answer, this.#schemas?.findFaults(answer) ?? [])
  }

  /** What was seen against this line, each fault once. */
  faultsOf(line: number): readonly string[] {
    return [...(this.#faults.get(line) ?? [])]
  }

  #note(line: number, answer: Answer, faults: readonly string[]): void {
    const known = this.#faults.get(line) ?? new Set()
    const asked = `${answer.method} ${generalise(answer.path)}`
    for (const fault of faults) known.add(`${asked} ${answer.status}: ${fault}`)
    this.#faults.set(line, known)
  }
}

function findHeaderFaults({ path, headers }: Answer, isTls: boolean): string[] {
  const faults = Object.entries(wanted)
    .filter(([name, value]) => headers.get(name) !== value && !isCacheable(name, path))
    .map(([name, value]) => `${name} is not ${value}`)
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(headers.get('x-request-id') ?? '')) {
    faults.push('no X-Request-ID')
  }
  const transport = headers.get('strict-transport-security')
  if (isTls && transport !== 'max-age=63072000; includeSubDomains') {
    faults.push('no Strict-Transport-Security')
  }
  return faults
}

const wanted = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
}

function isCacheable(header: string, path: string): boolean {
  return (
    header === 'Cache-Control' &&
    (path === '/.well-known/jwks.json' || path.startsWith('/console/'))
  )
}

/** One fault of a route is told once, not once for each id in its path. */
function generalise(path: string): string {
  return path.replaceAll(/spiffe%3A[^/]*|app-[a-z0-9-]+|[0-9a-f-]{16,}/gi, '{id}')
}
