import assert from 'node:assert/strict'
import { test } from 'node:test'
import { problem } from './local-server.ts'
import { recordingLogger } from './recording-logger.ts'
import { agentId, renewalPath, scriptedBroker } from './scripted-broker.ts'

test('a logger is told of every request, and where an agent begins and ends', async () => {
  const { logger, lines } = recordingLogger()
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ logger })
  await agent.release()
  await agent.release()
  const requests = lines.filter(({ level }) => level === 'debug')
  assert.deepEqual(
    requests.map(({ fields }) => [fields['method'], fields['path'], fields['status']]),
    broker.received.map(({ method, path }) => [
      method,
      path,
      path === '/v1/token/release' ? 204 : path === '/v1/app/launch-tokens' ? 201 : 200,
    ]),
  )
  for (const { fields } of requests) assert.equal(fields['requestId'], 'request-1')
  const lives = lines.filter(({ level }) => level === 'info')
  assert.deepEqual(
    lives.map(({ fields }) => fields['agentId']),
    [agentId, agentId],
  )
})

test('a logger is warned of what is tried again, and of a renewal that has failed', async () => {
  const { logger, lines } = recordingLogger()
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ logger, maxRetries: 1 })
  const busy = problem(503, 'service_unavailable')
  broker.renewals.push(busy, busy)
  await assert.rejects(agent.renew())
  const warnings = lines.filter(({ level }) => level === 'warn')
  assert.deepEqual(
    warnings.map(({ fields }) => fields['path'] ?? fields['expiresAt']),
    [renewalPath, agent.expiresAt],
  )
})

test('the query of a request is not logged', async () => {
  const { logger, lines } = recordingLogger()
  await using broker = await scriptedBroker(300, ({ path }) =>
    path.startsWith('/v1/audit/events') ? { body: { events: [], limit: 100 } } : undefined,
  )
  const app = await broker.signIn({ logger })
  await app.listAuditEvents({ taskId: 'a-patient' }).next()
  assert.ok(broker.received.at(-1)?.path.includes('a-patient'))
  assert.equal(JSON.stringify(lines).includes('a-patient'), false)
})

test('a logger that throws or rejects changes nothing', async () => {
  const unhandled: unknown[] = []
  const listen = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', listen)
  await using broker = await scriptedBroker()
  const error = new Error('the log is full')
  const rejecting = (): unknown => Promise.reject(error)
  const throwing = (): unknown => {
    throw error
  }
  for (const tell of [rejecting, throwing]) {
    const agent = await broker.agent({
      logger: { debug: tell, info: tell, warn: tell, error: tell },
    })
    await agent.release()
  }
  await new Promise(setImmediate)
  process.off('unhandledRejection', listen)
  assert.deepEqual(unhandled, [])
})
