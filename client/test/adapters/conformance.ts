import assert from 'node:assert/strict'
import { scope } from '@agentwrit/client'
import type { Verifier } from '@agentwrit/client'
import type { Scopes } from '@agentwrit/client/express'
import { neededScope, scenarios } from './scenarios.ts'
import type { Asked, Outcome, Scenario } from './scenarios.ts'
import type { World } from './world.ts'

/** What a server is built with. */
export interface Premises {
  readonly world: World
  readonly verifier: Verifier
  readonly scopeOf: (id: unknown) => Scopes
  /** To be called in the body of the handler or tool, before anything else. */
  readonly enter: () => void
}

/** A real server on the loopback interface that hands out records, and a way to ask it for one. */
export interface RecordServer extends AsyncDisposable {
  ask(id: string, authorization: readonly string[]): Promise<RecordAnswer>
}

export interface RecordAnswer {
  readonly status: number
  readonly headers: Headers
  /** JSON as it was sent; of an MCP tool, its result. */
  readonly body: unknown
}

/** One framework with its adapter, or with something else in its place. */
export interface Adapter {
  readonly name: string
  serve(premises: Premises): Promise<RecordServer>
  /** Throws unless the answer is what it must be: as a rule `expectProblem`. */
  expect(outcome: Exclude<Outcome, 'served'>, answer: RecordAnswer): void
}

/** Arranges the scenario, asks once, and throws unless the request has ended as it must: inside the handler too. */
export async function check(adapter: Adapter, scenario: Scenario, world: World): Promise<void> {
  const asked = await scenario.arrange(world)
  let entered = 0
  await using server = await adapter.serve(toPremises(world, asked, () => (entered += 1)))
  const answer = await server.ask(asked.id ?? 'P-2014', asked.authorization)
  const isServed = scenario.outcome === 'served'
  assert.equal(entered, isServed ? 1 : 0, 'how often the handler has run')
  if (scenario.outcome === 'served') assert.match(Object(answer.body).readBy, /^spiffe:\/\//)
  else adapter.expect(scenario.outcome, answer)
}

/** The names of the scenarios that fail because the handler has run and must not. */
export async function findWronglyServed(adapter: Adapter, world: World): Promise<string[]> {
  const names: string[] = []
  for (const scenario of scenarios) {
    await check(adapter, scenario, world).catch((error: unknown) => {
      const { actual, expected } = Object(error)
      if (actual === 1 && expected === 0) names.push(scenario.name)
    })
  }
  return names
}

function toPremises(world: World, asked: Asked, enter: () => void): Premises {
  const { verifier = world.verifier(), scopeOf = (id) => scope`read:records:${id}` } = asked
  return { world, verifier, scopeOf, enter }
}

const codes = {
  anonymous: [401, 'unauthorized', 'Bearer'],
  invalid: [401, 'unauthorized', 'Bearer error="invalid_token"'],
  'too narrow': [
    403,
    'insufficient_scope',
    `Bearer error="insufficient_scope", scope="${neededScope}"`,
  ],
  unnameable: [403, 'insufficient_scope', 'Bearer error="insufficient_scope"'],
  unavailable: [503, 'service_unavailable', null],
} as const

/** RFC 9457 and RFC 6750, and nothing that tells which check has failed. */
export function expectProblem(
  outcome: Exclude<Outcome, 'served'>,
  { status, headers, body }: RecordAnswer,
): void {
  const [expected, code, challenge] = codes[outcome]
  assert.equal(status, expected)
  assert.equal(headers.get('www-authenticate'), challenge)
  assert.equal(headers.get('retry-after'), outcome === 'unavailable' ? '1' : null)
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json(?:;|$)/)
  const { title, detail, ...rest } = Object(body)
  assert.deepEqual(rest, { type: `urn:agentwrit:error:${code}`, status, error_code: code })
  const told = codeTexts.get(code) ?? { title, detail }
  codeTexts.set(code, told)
  assert.deepEqual({ title, detail }, told, 'each refusal with this code has the same text')
}

const codeTexts = new Map<string, object>()
