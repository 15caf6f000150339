import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import type { onRequestHookHandler } from 'fastify'
import { requireToken } from '@agentwrit/client/fastify'
import { makeServer } from './servers/fastify.ts'
import { makeWorld } from './world.ts'

test('a client that hangs up before it is refused does not get the handler to run', async () => {
  await using world = await makeWorld()
  assert.equal(await countRunsAfterHangingUp(requireToken(world.verifier())), 0)
})

test('a hook that answers and returns its reply does let the handler run then', async () => {
  assert.equal(await countRunsAfterHangingUp(returnReply), 1)
})

async function returnReply(_request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  return reply.code(401).send({})
}

/** The client is gone while an `onSend` hook waits. */
async function countRunsAfterHangingUp(
  gate: onRequestHookHandler | onRequestAsyncHookHandler,
): Promise<number> {
  let runs = 0
  const sending = Promise.withResolvers<void>()
  const hungUp = Promise.withResolvers<void>()
  const enter = (): void => {
    runs += 1
  }
  const app = makeServer({ enter }, gate, () => {
    sending.resolve()
    return hungUp.promise
  })
  app.addHook('onRequest', async (_request, reply) => {
    void once(reply.raw, 'close').then(() => hungUp.resolve())
  })
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const socket = connect(Number(port), '127.0.0.1')
  socket.write('GET /records/1 HTTP/1.1\r\nHost: records.test\r\n\r\n')
  await sending.promise
  socket.destroy()
  await hungUp.promise
  await setImmediate()
  await app.close()
  return runs
}
