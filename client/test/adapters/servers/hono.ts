import assert from 'node:assert/strict'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { MiddlewareHandler } from 'hono'
import { agentOf, requireScope } from '@agentwrit/client/hono'
import type { AgentEnv } from '@agentwrit/client/hono'
import { expectProblem } from '../conformance.ts'
import type { Adapter, Premises } from '../conformance.ts'
import { serveRecords } from './http.ts'

type Gate = MiddlewareHandler<AgentEnv, '/records/:id'>

export const honoAdapter: Adapter = toAdapter('hono', ({ verifier, scopeOf }) =>
  requireScope(verifier, (c) => scopeOf(c.req.param('id'))),
)

export const withoutGate: Adapter = toAdapter('hono without a gate', () => (_c, next) => next())

function toAdapter(name: string, makeGate: (premises: Premises) => Gate): Adapter {
  return {
    name,
    expect: expectProblem,
    serve(premises) {
      const server = new Hono().get('/records/:id', makeGate(premises), (c) => {
        premises.enter()
        const agent = agentOf(c)
        assert.equal(c.get('agent'), agent)
        return c.json({ readBy: agent.subject })
      })
      const listener = getRequestListener(server.fetch)
      return serveRecords((incoming, outgoing) => void listener(incoming, outgoing))
    },
  }
}
