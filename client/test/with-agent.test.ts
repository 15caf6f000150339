import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentReleasedError, AuthorizationError, TransportError } from '@agentwrit/client'
import type { Agent, AgentOptions, App } from '@agentwrit/client'
import { problem } from './local-server.ts'
import { recordingLogger } from './recording-logger.ts'
import { scriptedBroker } from './scripted-broker.ts'

const task = { orchId: 'o', taskId: 't', scope: ['read:data:*'] }
const releases = '/v1/token/release'
const thrower = (): never => {
  throw new Error('from the callback')
}

test('an agent works for one function, and is released behind it', async () => {
  await using broker = await scriptedBroker()
  const app = await broker.signIn()
  let kept: Agent | undefined
  const result = await app.withAgent(task, async (agent) => {
    kept = agent
    assert.equal(broker.calls(releases).length, 0)
    return `did it with ${await agent.token()}`
  })
  assert.equal(result, 'did it with agent-token-1')
  assert.equal(broker.calls(releases).length, 1)
  await assert.rejects(kept?.token() ?? Promise.resolve(), AgentReleasedError)
})

test('an agent is released when the work fails, at once or later, and the failure is what is seen', async () => {
  await using broker = await scriptedBroker()
  const app = await broker.signIn()
  const reason = new Error('the work failed')
  const isReason = (error: unknown) => error === reason
  const fail = (): never => {
    throw reason
  }
  await assert.rejects(app.withAgent(task, fail), isReason)
  await assert.rejects(
    app.withAgent(task, async () => fail()),
    isReason,
  )
  assert.equal(broker.calls(releases).length, 2)
})

test('an agent that cannot be started lets no work begin', async () => {
  await using broker = await scriptedBroker(300, ({ path }) =>
    path === '/v1/app/launch-tokens' ? problem(403, 'forbidden') : undefined,
  )
  const app = await broker.signIn()
  let ran = 0
  await assert.rejects(
    app.withAgent(task, () => (ran += 1)),
    AuthorizationError,
  )
  assert.equal(ran, 0)
})

type End = (
  app: App,
  onReleaseError: NonNullable<AgentOptions['onReleaseError']>,
) => Promise<string>

const ends: Readonly<Record<string, End>> = {
  'the end of withAgent': (app, onReleaseError) =>
    app.withAgent({ ...task, onReleaseError }, () => 'done'),
  'the end of a block': async (app, onReleaseError) => {
    await using agent = await app.createAgent({ ...task, onReleaseError })
    return agent.taskId === 't' ? 'done' : ''
  },
}

for (const [name, end] of Object.entries(ends)) {
  test(`a release that fails at ${name} is told to the logger and to onReleaseError, and to nobody else`, async () => {
    await using broker = await scriptedBroker(300, ({ path }) =>
      path === releases ? 'hang up' : undefined,
    )
    const { logger, lines } = recordingLogger()
    const app = await broker.signIn({ logger })
    const told: unknown[] = []
    assert.equal(await end(app, (error) => void told.push(error)), 'done')
    assert.equal(told.length, 1)
    assert.ok(told[0] instanceof TransportError)
    const warnings = lines.filter(({ level }) => level === 'warn')
    assert.deepEqual(
      warnings.map(({ fields }) => fields['error']),
      told,
    )
  })

  test(`an onReleaseError that throws, and a logger that does, change nothing at ${name}`, async () => {
    await using broker = await scriptedBroker(300, ({ path }) =>
      path === releases ? 'hang up' : undefined,
    )
    const logger = { debug: thrower, info: thrower, warn: thrower, error: thrower }
    const app = await broker.signIn({ logger })
    assert.equal(await end(app, thrower), 'done')
    assert.equal(await end(app, async () => thrower()), 'done')
  })
}

test('an app that cannot sign out at the end of its block tells onReleaseError', async () => {
  await using broker = await scriptedBroker(300, ({ path }) =>
    path === releases ? 'hang up' : undefined,
  )
  const told: unknown[] = []
  {
    await using app = await broker.signIn({ onReleaseError: (error) => void told.push(error) })
    assert.equal(app.clientId, 'client-1')
  }
  assert.ok(told[0] instanceof TransportError)
})
