import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentLostError, AuthenticationError } from '@agentwrit/client'
import { renewalStorms } from './renewal-storms.ts'
import { drawSeed } from './seeded-chance.ts'

test('a hundred agents renew at once while answers are lost: none is lost, and none is renewed twice', async () => {
  const seed = drawSeed()
  const report = await renewalStorms({ agents: 100, rounds: 10, seed })
  // Else nothing was at stake.
  assert.ok(
    report.lostAnswers > 50 && report.repeated >= report.lostAnswers,
    JSON.stringify(report),
  )
})

test('without the names of their renewals a storm loses agents', async () => {
  const storms = { agents: 25, rounds: 10, seed: drawSeed(), fetch: fetchNameless }
  await assert.rejects(renewalStorms(storms), (error) => {
    return error instanceof AuthenticationError || error instanceof AgentLostError
  })
})

const fetchNameless: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers)
  headers.delete('idempotency-key')
  return fetch(input, { ...init, headers })
}
