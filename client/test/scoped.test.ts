import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { AgentReleasedError, covers, scope, scoped, ScopeDeniedError } from '@agentwrit/client'
import type { RequiredScope } from '@agentwrit/client'
import { scriptedBroker } from './scripted-broker.ts'

test('an agent can what its scope covers, and says what is missing', async () => {
  await using broker = await scriptedBroker()
  const agent = await broker.agent()
  agent.assert('read:data:1')
  agent.assert(['read:data:1', 'read:data:*'])
  assert.equal(agent.can('read:data:1'), true)
  for (const required of ['write:data:1', 'read:dat:1', 'read:*:1', 'read:data', '*', ''])
    assert.equal(agent.can(required), false, required)
  const wanted = ['read:data:1', 'write:data:1']
  assert.equal(agent.can(wanted), false)
  assert.throws(
    () => agent.assert(wanted),
    (error) => {
      assert.ok(error instanceof ScopeDeniedError)
      assert.deepEqual([error.required, error.held], [wanted, ['read:data:*']])
      return true
    },
  )
})

test('to require nothing, or what is no scope, is denied', async () => {
  await using broker = await scriptedBroker()
  const agent = await broker.agent()
  const promised = Promise.resolve('read:data:1')
  for (const mistake of [[], undefined, null, 7, {}, ['read:data:1', 7], promised]) {
    assert.equal(agent.can(mistake as RequiredScope), false)
    assert.throws(() => agent.assert(mistake as RequiredScope), ScopeDeniedError)
  }
})

test('what an agent can is what the one rule about scopes says', async () => {
  await using broker = await scriptedBroker()
  const agent = await broker.agent()
  const part = fc.constantFrom('read', 'data', 'write', '*', '1', '', 'read:data')
  const text = fc.tuple(part, part, part).map((parts) => parts.join(':'))
  fc.assert(
    fc.property(text, (required) => {
      assert.equal(agent.can(required), covers('read:data:*', required))
    }),
  )
})

test('a released agent can nothing', async () => {
  await using broker = await scriptedBroker()
  const agent = await broker.agent()
  await agent.release()
  assert.equal(agent.can('read:data:1'), false)
  assert.throws(() => agent.assert('read:data:1'), AgentReleasedError)
})

test('an agent that was narrowed can less', async () => {
  await using broker = await scriptedBroker()
  const agent = await broker.agent()
  await agent.renew({ scope: ['read:data:1'] })
  assert.equal(agent.can('read:data:1'), true)
  assert.equal(agent.can('read:data:2'), false)
})

test('a scoped function runs only with the scope that its arguments ask for', async () => {
  await using broker = await scriptedBroker()
  const agent = await broker.agent()
  const ran: string[] = []
  const read = scoped(
    agent,
    (id: string) => scope`read:data:${id}`,
    (id) => {
      ran.push(id)
      return id.length
    },
  )
  assert.equal(await read('1'), 1)
  for (const hostile of ['*', '1:2', '', ' ']) await assert.rejects(read(hostile), ScopeDeniedError)
  const write = scoped(agent, 'write:data:1', async () => void ran.push('written'))
  await assert.rejects(write(), ScopeDeniedError)
  assert.deepEqual(ran, ['1'])
})

test('a scoped function does not run when its scope cannot be made', async () => {
  await using broker = await scriptedBroker()
  const agent = await broker.agent()
  let ran = 0
  const work = () => (ran += 1)
  const reason = new TypeError('no such member')
  const broken = scoped(
    agent,
    (): string => {
      throw reason
    },
    work,
  )
  await assert.rejects(broken(), (error) => error === reason)
  const late = (async () => 'read:data:1') as unknown as () => string
  await assert.rejects(scoped(agent, late, work)(), ScopeDeniedError)
  await agent.release()
  await assert.rejects(scoped(agent, 'read:data:1', work)(), AgentReleasedError)
  assert.equal(ran, 0)
})
