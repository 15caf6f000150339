import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { fastify } from 'fastify'
import type { FastifyInstance, onRequestAsyncHookHandler, onRequestHookHandler } from 'fastify'
import { agentOf, requireScope } from '@agentwrit/client/fastify'
import { expectProblem } from '../conformance.ts'
import type { Adapter, Premises } from '../conformance.ts'
import { serveRecords } from './http.ts'

type MakeGate = (premises: Premises) => onRequestHookHandler

const makeGate: MakeGate = ({ verifier, scopeOf }) =>
  requireScope(verifier, ({ params }) => scopeOf(Object(params).id))

export const fastifyAdapter: Adapter = toAdapter('fastify', makeGate)

export const withoutGate: Adapter = toAdapter(
  'fastify without a gate',
  () => (_request, _reply, done) => done(),
)

function toAdapter(name: string, make: MakeGate): Adapter {
  return {
    name,
    expect: expectProblem,
    async serve(premises) {
      const app = makeServer(premises, make(premises))
      await app.ready()
      return serveRecords((incoming, outgoing) => app.routing(incoming, outgoing))
    },
  }
}

/** Other hooks await before an answer leaves, as those of a session or a compression do. */
export function makeServer(
  { enter }: Pick<Premises, 'enter'>,
  mayRead: onRequestHookHandler | onRequestAsyncHookHandler,
  beforeSending: () => Promise<unknown> = setImmediate,
): FastifyInstance {
  const app = fastify()
  app.decorateRequest('agent', {
    getter() {
      return agentOf(this)
    },
  })
  app.addHook('onSend', async () => {
    await beforeSending()
  })
  app.get('/records/:id', { onRequest: mayRead }, (request) => {
    enter()
    const agent = agentOf(request)
    assert.equal(request.getDecorator('agent'), agent)
    return { readBy: agent.subject }
  })
  return app
}
