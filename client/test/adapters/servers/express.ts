import assert from 'node:assert/strict'
import express from 'express'
import { agentOf, requireScope } from '@agentwrit/client/express'
import { expectProblem } from '../conformance.ts'
import type { Adapter, Premises } from '../conformance.ts'
import { serveRecords } from './http.ts'

const gate = ({ verifier, scopeOf }: Premises): express.RequestHandler =>
  requireScope(verifier, ({ params }) => scopeOf(params['id']))

export const expressAdapter: Adapter = toAdapter('express', gate)

export const withoutGate: Adapter = toAdapter(
  'express without a gate',
  () => (_request, _response, next) => next(),
)

function toAdapter(name: string, makeGate: typeof gate): Adapter {
  return {
    name,
    expect: expectProblem,
    serve: (premises) => serveRecords(makeServer(premises, makeGate(premises))),
  }
}

function makeServer({ enter }: Premises, mayRead: express.RequestHandler): express.Express {
  const server = express().disable('x-powered-by')
  return server.get('/records/:id', mayRead, (request, response) => {
    enter()
    const agent = agentOf(request)
    assert.equal('auth' in request && request.auth, agent)
    response.json({ readBy: agent.subject })
  })
}
