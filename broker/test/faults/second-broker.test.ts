import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adminSecret } from '../test-broker.ts'
import { BrokerEnded, brokerFiles, startBrokerProcess } from './broker-process.ts'
import { isValid, makeLaunchToken, prepare, renew, signIn } from './errand.ts'
import { ask } from '../ask.ts'

test('a second broker on the same file says so and ends, and the first goes on', async () => {
  await using files = await brokerFiles()
  await using first = await startBrokerProcess(files)
  await assert.rejects(startBrokerProcess(files), (error) => {
    assert.ok(error instanceof BrokerEnded)
    assert.equal(error.exitCode, 1)
    // One sentence for the person who started it, and no stack.
    assert.match(error.output, /^FATAL: [^\n]*data\.db[^\n]*\n$/)
    return true
  })
  assert.equal((await ask(first, 'GET', '/readyz')).status, 200)
  await signIn(first, adminSecret)
})

test('a broker that was killed holds the file no more', async () => {
  await using files = await brokerFiles()
  await using first = await startBrokerProcess(files)
  await first.kill9()
  await using second = await startBrokerProcess(files)
  assert.equal((await ask(second, 'GET', '/readyz')).status, 200)
})

test('tokens issued before a restart are valid after it, and can be renewed', async () => {
  await using files = await brokerFiles()
  await using before = await startBrokerProcess(files)
  const bearer = await signIn(before, adminSecret)
  const body = await prepare(before, await makeLaunchToken(before, bearer, 'agent'), 'agent')
  const registered = await ask(before, 'POST', '/v1/register', { body })
  const token = String(registered.body['access_token'])
  assert.equal(await before.stop(), 0)

  await using after = await startBrokerProcess(files)
  assert.ok(await isValid(after, token))
  assert.ok(await isValid(after, bearer))
  assert.ok(await isValid(after, await renew(after, token)))
  assert.equal(await isValid(after, token), false)
})
