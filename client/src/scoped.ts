import type { Agent } from './agent.ts'

/**
 * What must be held: one scope, or several of which each must be covered.
 *
 * @example
 * ```ts
 * const required: RequiredScope = ['read:records:P-2014', 'read:labs:P-2014']
 * agent.assert(required)
 * ```
 */
export type RequiredScope = string | readonly string[]

/**
 * The same function, for callers that are not trusted to call it: it runs only if the agent holds the scope, which may be
 * made of the arguments. Else, and when making the scope fails, it rejects and does not run: with a `ScopeDeniedError` as a
 * rule. A check in this program stops mistakes, not thieves: the server with the data verifies the token itself.
 *
 * @example
 * ```ts
 * const getRecords = scoped(agent, (patientId: string) => scope`read:records:${patientId}`, async (patientId) => {
 *   const answer = await agent.fetch(`https://records.internal/patients/${encodeURIComponent(patientId)}`)
 *   return answer.json()
 * })
 * const records = await getRecords('P-2014')
 * ```
 */
export function scoped<Given extends readonly unknown[], Result>(
  agent: Pick<Agent, 'assert'>,
  scope: RequiredScope | ((...given: Given) => RequiredScope),
  work: (...given: Given) => Result | Promise<Result>,
): (...given: Given) => Promise<Result> {
  return async (...given) => {
    agent.assert(typeof scope === 'function' ? scope(...given) : scope)
    return work(...given)
  }
}
