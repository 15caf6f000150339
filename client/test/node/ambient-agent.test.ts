import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { isAgentWritError } from '@agentwrit/client'
import { currentAgent, withAgent } from '@agentwrit/client/node'
import { scriptedBroker } from '../scripted-broker.ts'

test('the current agent is the one of the innermost block, across everything that is awaited', async () => {
  await using broker = await scriptedBroker()
  const [outer, inner] = [await broker.agent(), await broker.agent()]
  await withAgent(outer, async () => {
    assert.equal(await deep(), outer)
    assert.equal(await withAgent(inner, deep), inner)
    assert.equal(await deep(), outer)
  })
  assert.throws(currentAgent, isAgentWritError)
})

test('outside of every block there is no current agent, and that is an error', () => {
  assert.throws(currentAgent, isAgentWritError)
})

test('blocks beside each other have each their own agent', async () => {
  await using broker = await scriptedBroker()
  const agents = await Promise.all([broker.agent(), broker.agent(), broker.agent()])
  const seen = await Promise.all(
    agents.map((agent) =>
      withAgent(agent, async () => {
        for (let turn = 0; turn < 5; turn += 1) {
          await setImmediate()
          assert.equal(currentAgent(), agent)
        }
        return currentAgent()
      }),
    ),
  )
  assert.deepEqual(seen, agents)
})

test('a block gives back what its work does, also when that fails', async () => {
  await using broker = await scriptedBroker()
  const agent = await broker.agent()
  assert.equal(
    withAgent(agent, () => 7),
    7,
  )
  const reason = new Error('the work failed')
  const fail = (): never => {
    throw reason
  }
  assert.throws(
    () => withAgent(agent, fail),
    (error) => error === reason,
  )
  assert.throws(currentAgent, isAgentWritError)
})

async function deep() {
  await setImmediate()
  return currentAgent()
}
