// Random lives of a token against a server that answers, refuses and loses renewals; time moves only between the steps.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { AgentLostError, isAgentWritError } from '@agentwrit/client'
import { problem } from './local-server.ts'
import { renewalPath, scriptedBroker } from './scripted-broker.ts'
import type { RenewalReply, ScriptedBroker } from './scripted-broker.ts'

const lifetimes = [1, 5, 30, 300]
const replies: readonly RenewalReply[] = [
  'renewed',
  'lost',
  'hang up',
  problem(503, 'service_unavailable'),
  problem(429, 'rate_limited'),
]

interface Step {
  /** What the next renewals are answered with. */
  readonly replies: readonly RenewalReply[]
  /** Parts of the lifetime. */
  readonly passes: number
  readonly callers: number
  /** How many of them renew in so many words. */
  readonly renewers: number
}

const steps = fc.array(
  fc.record({
    replies: fc.array(fc.constantFrom(...replies), { maxLength: 3 }),
    passes: fc.constantFrom(0, 0.01, 0.1, 0.3, 0.6, 0.8),
    callers: fc.integer({ min: 1, max: 5 }),
    renewers: fc.integer({ min: 0, max: 2 }),
  }),
  { minLength: 1, maxLength: 8 },
)

test('whatever becomes of renewals, one is under way at a time, and a token that lives is refused to nobody', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...lifetimes), steps, async (lifetime, life) => {
      await using broker = await scriptedBroker(lifetime)
      await live(broker, lifetime, life)
    }),
    { numRuns: 60 },
  )
})

async function live(broker: ScriptedBroker, lifetime: number, life: readonly Step[]) {
  const agent = await broker.agent()
  for (const [index, step] of life.entries()) {
    broker.surroundings.advance(step.passes * lifetime * 1000)
    broker.renewals.splice(0, Infinity, ...step.replies)
    const before = broker.calls(renewalPath).length
    const isAlive = broker.surroundings.now() < agent.expiresAt.getTime()
    const renewals = Array.from({ length: step.renewers }, () => agent.renew())
    const asked = Array.from({ length: step.callers }, () => agent.token())
    await Promise.allSettled(renewals)
    const answers = await Promise.allSettled(asked)
    assert.ok(broker.calls(renewalPath).length - before <= 1, 'one renewal for all who ask')
    const [first] = answers
    assert.ok(first)
    if (first.status === 'fulfilled') {
      const wasLost = life.slice(0, index + 1).some((past) => past.replies.includes('lost'))
      if (!wasLost) assert.equal(first.value, broker.live())
      for (const answer of answers) assert.deepEqual(answer, first)
    } else {
      assert.ok(isAgentWritError(first.reason))
      for (const { status } of answers) assert.equal(status, 'rejected')
      if (first.reason instanceof AgentLostError) return
      assert.equal(isAlive, false, 'a token that lives is given out')
    }
  }
}
