import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { test } from 'node:test'
import { Agent, Broker, Operator } from '@agentwrit/client'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { adminSecret, testBroker } from '../test-broker.ts'

test('an agent gets, uses, renews and gives back its first token, over a real connection', async () => {
  await using running = await testBroker({ clock: 'real', environment: { AA_PORT: '0' } })
  const { url } = await running.broker.listen()
  const broker = new Broker(url)
  const operator = await Operator.signIn({ broker, secret: adminSecret })
  const made = await operator.createLaunchToken({
    agent_name: 'reporter',
    allowed_scope: ['read:sales:*', 'write:reports:monthly'],
    max_ttl: 60,
  })
  const agent = await Agent.register({
    broker,
    launchToken: made.launch_token,
    orchId: 'reports',
    taskId: 'october',
    scope: ['write:reports:monthly', 'read:sales:2026-10'],
  })
  assert.match(
    agent.agentId,
    /^spiffe:\/\/agentwrit\.local\/agent\/reports\/october\/[0-9a-f]{16}$/,
  )

  const first = await agent.token()
  const checked = await broker.validate(first)
  assert.ok(checked.valid)
  assert.equal(checked.claims.sub, agent.agentId)
  assert.deepEqual(checked.claims.scope, ['write:reports:monthly', 'read:sales:2026-10'])

  await agent.renew()
  const second = await agent.token()
  assert.equal((await broker.validate(first)).valid, false)
  assert.equal((await broker.validate(second)).valid, true)

  await agent.release()
  assert.equal((await broker.validate(second)).valid, false)
  await operator.signOut()
})

test('launch tokens, agents and tokens made before a restart are good after it', async () => {
  await using running = await testBroker()
  const agent = await running.agent()
  const operator = await running.operator()
  const pending = await operator.createLaunchToken({
    agent_name: 'later',
    allowed_scope: ['read:data:*'],
  })
  await running.restart()
  assert.equal((await running.client.validate(await agent.token())).valid, true)
  const listed = []
  for await (const { id } of operator.listLaunchTokens()) listed.push(id)
  assert.deepEqual(listed, [pending.id])
  const late = await Agent.register({
    broker: running.client,
    launchToken: pending.launch_token,
    orchId: 'orch',
    taskId: 'task',
    scope: ['read:data:x'],
  })
  await agent.renew()
  const { store } = running.broker.context
  assert.equal(await store.agents.countActive(running.now()), 2)
  assert.equal((await store.agents.find(late.agentId))?.agentName, 'later')
})

test('an independent JOSE library verifies our tokens from our published keys', async () => {
  await using running = await testBroker({
    environment: { AA_ISSUER: 'https://broker.test', AA_AUDIENCE: 'records' },
  })
  const agent = await running.agent()
  const { keys } = await running.client.jwks()
  const { payload, protectedHeader } = await jwtVerify(
    await agent.token(),
    createLocalJWKSet({ keys: keys.map((key) => ({ ...key })) }),
    {
      algorithms: ['EdDSA'],
      typ: 'JWT',
      issuer: 'https://broker.test',
      audience: 'records',
      currentDate: new Date(running.now()),
    },
  )
  assert.equal(payload.sub, agent.agentId)
  assert.deepEqual(Object.keys(protectedHeader), ['alg', 'typ', 'kid'])
  assert.equal(protectedHeader.kid, keys[0]?.kid)
})

test('agents are told apart from one another, and the gauge counts the live ones', async () => {
  await using running = await testBroker()
  const agents = await Promise.all([running.agent(), running.agent(), running.agent()])
  assert.equal(new Set(agents.map(({ agentId }) => agentId)).size, 3)
  const active = async () => {
    const [, value] = /^agentwrit_active_agents (\d+)$/m.exec(await running.client.metrics()) ?? []
    return Number(value)
  }
  assert.equal(await active(), 3)
  await agents[0]?.release()
  assert.equal(await active(), 2)
  running.advance(300_000)
  assert.equal(await active(), 0)
})

test('a key file that is missing beside a store in use stops the start', async () => {
  await using running = await testBroker()
  await running.agent()
  await rm(`${running.folder}/signing.key`)
  await assert.rejects(running.restart(), { name: 'KeyFileError' })
})
