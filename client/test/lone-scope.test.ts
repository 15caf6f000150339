import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Agent, App, Broker, Operator } from '@agentwrit/client'
import { serve } from './local-server.ts'
import type { LocalServer } from './local-server.ts'

// As a program without types may write it. Spread, it would ask for the scopes 'r', 'e', 'a', 'd', …
const lone = 'read:sales:2026-10' as unknown as readonly string[]
const task = { orchId: 'reports', taskId: 'monthly' }
const nonce = '0'.repeat(64)
const peer = 'spiffe://agentwrit.local/agent/mail/outbox/8899aabbccddeeff'

interface Scene {
  readonly broker: Broker
  readonly operator: Operator
  readonly app: App
  readonly agent: Agent
}

function serveAll(): Promise<LocalServer> {
  const body = {
    nonce,
    agent_id: 'spiffe://agentwrit.local/agent/reports/monthly/0011223344556677',
    access_token: 'a-token',
    expires_in: 300,
    scopes: [],
    features: ['renew-idempotency'],
    status: 'ok',
    version: '1',
  }
  return serve(() => ({ body }))
}

async function setScene({ url }: LocalServer): Promise<Scene> {
  const broker = new Broker(url)
  return {
    broker,
    operator: await Operator.signIn({ broker, secret: 'an-admin-secret-for-tests' }),
    app: await App.signIn({ broker, clientId: 're-0123456789ab', clientSecret: 'for-tests' }),
    agent: await Agent.register({ broker, launchToken: 'f'.repeat(64), ...task, scope: [] }),
  }
}

const calls: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
  'Agent.register': ({ broker }) =>
    Agent.register({ broker, launchToken: 'f'.repeat(64), ...task, scope: lone }),
  'agent.delegate': ({ agent }) => agent.delegate({ to: peer, scope: lone }),
  'agent.renew': ({ agent }) => agent.renew({ scope: lone }),
  'app.createAgent': ({ app }) => app.createAgent({ ...task, scope: lone }),
  'app.createLaunchToken': ({ app }) =>
    app.createLaunchToken({ agent_name: 'report', allowed_scope: lone as string[] }),
  'operator.createLaunchToken': ({ operator }) =>
    operator.createLaunchToken({ agent_name: 'report', allowed_scope: lone as string[] }),
  'operator.registerApp': ({ operator }) =>
    operator.registerApp({ name: 'reports', scopes: lone as string[] }),
  'operator.updateApp': ({ operator }) =>
    operator.updateApp('app-reports-0a1b2c', { scopes: lone as string[] }),
  'broker.renew': ({ broker }) => broker.renew('a-token', { scope: lone }),
  'broker.delegate': ({ broker }) =>
    broker.delegate('a-token', { delegate_to: peer, scope: lone as string[] }),
  'broker.register': ({ broker }) =>
    broker.register({
      launch_token: 'f'.repeat(64),
      nonce,
      public_key: '',
      signature: '',
      orch_id: 'reports',
      task_id: 'monthly',
      requested_scope: lone as string[],
    }),
}

for (const [name, call] of Object.entries(calls)) {
  test(`${name} refuses a scope that is a text and not a list, and sends nothing`, async () => {
    await using server = await serveAll()
    const scene = await setScene(server)
    const before = server.received.length
    await assert.rejects(call(scene), TypeError)
    assert.equal(server.received.length, before)
  })
}

test('the refusal of a lone scope names the member and not what was in it', async () => {
  await using server = await serveAll()
  const { app } = await setScene(server)
  await assert.rejects(
    app.createAgent({ ...task, scope: lone }),
    ({ message }: Error) => message.includes('scope') && !message.includes('sales'),
  )
})
