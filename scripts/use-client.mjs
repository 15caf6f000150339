// The whole first token with the installed client, on whatever Node runs this (check-packages.mjs).
import assert from 'node:assert/strict'
import { Agent, App, AuthenticationError, Broker, Operator } from '@agentwrit/client'
import { currentAgent, withAgent } from '@agentwrit/client/node'

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

const made = await operator.registerApp({
  name: `check-${process.versions.node.split('.')[0]}`,
  scopes: scope,
})
process.env.AGENTWRIT_BROKER_URL = url
process.env.AGENTWRIT_CLIENT_ID = made.client_id
process.env.AGENTWRIT_CLIENT_SECRET = made.client_secret
const app = await App.signIn()
const wanted = { orchId: 'packages', taskId: 'check', scope, ttl: 60, allowedOrigins: [url] }
const health = () => currentAgent().fetch(`${url}/v1/health`)
const { status } = await app.withAgent(wanted, (worker) => withAgent(worker, health))
assert.equal(status, 200)
for await (const line of operator.exportAudit()) assert.ok(JSON.parse(line).hash)
await app.signOut()
await operator.signOut()
console.log('  signed in, launched, registered, renewed, released; an app did so too')
