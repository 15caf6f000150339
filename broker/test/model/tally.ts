import type { Answer } from './answer.ts'
import type { Operation } from './operation.ts'
import type { World } from './world.ts'

/** What the trees have been through, so that nobody believes in tests that grew nothing. */
export class Tally {
  trees = 0
  steps = 0
  tokens = 0
  /** Tokens issued, by length of the chain. */
  readonly byDepth: number[] = [0, 0, 0, 0, 0, 0]
  /** Tokens killed by revocations, likewise. */
  readonly killedByDepth: number[] = [0, 0, 0, 0, 0, 0]
  /** Operations, by what was answered: `renew`, `renew: unauthorized`. */
  readonly answers = new Map<string, number>()

  add(operation: Operation, answer: Answer): void {
    this.steps += 1
    const what = operation.ask === 'revoke' ? `revoke ${operation.level}` : operation.ask
    const name = answer.refused === undefined ? what : `${what}: ${answer.refused}`
    this.answers.set(name, (this.answers.get(name) ?? 0) + 1)
    if (answer.refused !== undefined) return
    for (const { session } of answer.killed ?? []) count(this.killedByDepth, session.chain.length)
  }

  tree({ tokens }: World): void {
    this.trees += 1
    this.tokens += tokens.length
    for (const { session } of tokens) count(this.byDepth, session.chain.length)
  }

  report(): object {
    const { trees, steps, tokens, byDepth, killedByDepth } = this
    const answers = Object.fromEntries(
      [...this.answers].toSorted(([one], [other]) => one.localeCompare(other)),
    )
    return { trees, steps, tokens, byDepth, killedByDepth, answers }
  }
}

function count(counts: number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1
}
