import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentWritError } from '@agentwrit/client'
import type { Verifier } from '@agentwrit/client'
import { agentOf, requireScope as requireScopeInExpress } from '@agentwrit/client/express'
import type { Scopes } from '@agentwrit/client/express'
import { requireScope as requireScopeInFastify } from '@agentwrit/client/fastify'
import { requireScope as requireScopeInHono } from '@agentwrit/client/hono'
import { requireToolScope } from '@agentwrit/client/mcp'
import { makeWorld } from './world.ts'

const gates: readonly ((verifier: Verifier, scopes: Scopes) => unknown)[] = [
  requireScopeInExpress,
  requireScopeInFastify,
  requireScopeInHono,
  (verifier, scopes) => requireToolScope(verifier, scopes, () => ({ content: [] })),
]

test('a gate for nothing, or for what is no scope, is not built', async () => {
  await using world = await makeWorld()
  const verifier = world.verifier()
  for (const gate of gates) {
    for (const value of [undefined, null, '', [], 'read:records', ['read:records:1', ''], [7]]) {
      assert.throws(() => gate(verifier, value as Scopes), TypeError)
    }
    assert.ok(gate(verifier, ['read:records:*', 'read:labs:P-2014']))
  }
})

test('nobody was let in by a gate that is not there, whatever somebody has written on the request', () => {
  const request = { auth: { subject: 'admin' }, agent: { subject: 'admin' } }
  assert.throws(() => agentOf(request), AgentWritError)
})
