// The whole first token with the installed client, on whatever Node runs this (check-packages.mjs).
import assert from 'node:assert/strict'
import { Agent, AuthenticationError, Broker, Operator } from '@agentwrit/client'

const { BROKER_URL: url, ADMIN_SECRET: secret } = process.env
const scope = ['read:report:monthly']

await assert.rejects(Operator.signIn({ broker: url, secret: 'wrong' }), AuthenticationError)
const operator = await Operator.signIn({ broker: url, secret })
const { launch_token: launchToken } = await operator.createLaunchToken({
  agent_name: 'check',
  allowed_scope: scope,
})
const agent = await Agent.register({
  broker: url,
  launchToken,
  orchId: 'packages',
  taskId: 'check',
  scope,
})
const first = await agent.token()
await agent.renew()
const broker = new Broker(url)
assert.equal((await broker.validate(first)).valid, false)
assert.equal((await broker.validate(await agent.token())).valid, true)
await agent.release()
await operator.signOut()
console.log('  signed in, launched, registered, renewed, released')
