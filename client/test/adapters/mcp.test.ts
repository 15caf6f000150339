import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { SdkHttpError } from '@modelcontextprotocol/client'
import { OAuthError, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'
import { AgentReleasedError, App, scope } from '@agentwrit/client'
import type { Agent } from '@agentwrit/client'
import { mcpVerifier, requireToken, requireToolScope } from '@agentwrit/client/mcp'
import type { TokenSource } from '@agentwrit/client/mcp'
import { neededScope } from './scenarios.ts'
import { guarded, listenToTools, toolsAlone } from './servers/mcp.ts'
import { connectMcp } from './mcp-client.ts'
import { makeWorld, unreachableBroker } from './world.ts'

const world = await makeWorld()
after(() => world[Symbol.asyncDispose]())

const premises = () => ({
  verifier: world.verifier(),
  scopeOf: (id: unknown) => scope`read:records:${id}`,
  enter: () => {},
})

test('a client sends the token of the moment, and none once the agent is released', async () => {
  const agent = await world.agent(neededScope)
  await using server = await listenToTools(premises())
  await using mcp = await connectMcp(server.url, agent)
  await agent.renew()
  assert.equal((await mcp.readRecord('P-2014')).status, 200)
  assert.ok(mcp.statuses.every((status) => status < 300))
  await agent.release()
  const before = mcp.statuses.length
  const call = mcp.client.callTool({ name: 'read_record', arguments: { id: 'P-2014' } })
  await assert.rejects(call, AgentReleasedError)
  assert.equal(mcp.statuses.length, before)
})

test('a call that a renewal has overtaken is sent again, once', async () => {
  const agent = await world.agent(neededScope)
  const tokens: string[] = []
  const source: TokenSource = { token: () => tokens.shift() ?? agent.token() }
  await using server = await listenToTools(premises())
  await using mcp = await connectMcp(server.url, source)
  const before = mcp.statuses.length

  await agent.renew()
  const superseded = await agent.token() // the verifier has not seen it
  await agent.renew()
  tokens.push(superseded)
  assert.equal((await mcp.readRecord('P-2014')).status, 200)
  assert.deepEqual(mcp.statuses.slice(before), [401, 200])

  tokens.push(superseded, superseded, superseded)
  const call = mcp.client.callTool({ name: 'read_record', arguments: { id: 'P-2014' } })
  await assert.rejects(call, (error) => SdkHttpError.isInstance(error) && error.status === 401)
  assert.deepEqual(mcp.statuses.slice(before), [401, 200, 401, 401])
})

test('the SDK is told who it is, until when and for which resource', async () => {
  const agent = await world.agent(neededScope)
  const token = await agent.token()
  const authInfo = await mcpVerifier(world.verifier()).verifyAccessToken(token)
  const { claims } = authInfo.extra.agent
  assert.deepEqual(
    { ...authInfo, extra: {} },
    {
      token,
      clientId: agent.agentId,
      scopes: [neededScope],
      expiresAt: claims.exp,
      resource: new URL('https://records.test'),
      extra: {},
    },
  )
  assert.equal(claims.sub, agent.agentId)
})

test('what belongs to an app has the app as its client', async () => {
  const operator = await world.broker.operator()
  const made = await operator.registerApp({ name: 'records', scopes: ['read:records:*'] })
  const { client_id: clientId, client_secret: clientSecret } = made
  await using app = await App.signIn({ broker: world.broker.client, clientId, clientSecret })
  const authInfo = await mcpVerifier(world.verifier()).verifyAccessToken(await app.token())
  assert.equal(authInfo.clientId, made.app_id)
})

test('a refusal is an OAuthError of the SDK, which has no code for a token that cannot be checked', async () => {
  const token = await (await world.agent(neededScope)).token()
  const refusals = [
    [world.verifier(), 'garbage', 'invalid_token'],
    [world.verifier(), `${token} and more`, 'invalid_token'],
    [world.verifier({ broker: unreachableBroker() }), token, 'server_error'],
  ] as const
  for (const [verifier, presented, code] of refusals) {
    const isTold = (error: unknown) =>
      error instanceof OAuthError &&
      error.toResponseObject().error === code &&
      !error.message.includes(presented)
    await assert.rejects(mcpVerifier(verifier).verifyAccessToken(presented), isTold)
  }
})

test('a tool that is entered again when its token has died refuses', async () => {
  const agent = await world.agent(neededScope)
  const token = await agent.token()
  const context = {
    http: { authInfo: await mcpVerifier(world.verifier()).verifyAccessToken(token) },
  }
  let entered = 0
  const tool = requireToolScope(world.verifier(), neededScope, () => (entered += 1))
  assert.equal(await tool({}, context), 1)
  await agent.release()
  world.broker.advance(1_001) // an answer is kept for a second
  assert.equal(Object(await tool({}, context)).isError, true)
  assert.equal(entered, 1)
})

test('a tool that is handed no context refuses with a code', async () => {
  let entered = 0
  const tool = requireToolScope(world.verifier(), neededScope, () => (entered += 1))
  // As the SDK calls a tool that declares no `inputSchema`.
  const withoutArguments = tool as unknown as (context: object) => Promise<unknown>
  const token = await (await world.agent(neededScope)).token()
  const context = {
    http: { authInfo: await mcpVerifier(world.verifier()).verifyAccessToken(token) },
  }
  const { isError, content } = Object(await withoutArguments(context))
  assert.equal(isError, true)
  assert.match(content[0].text, /^unauthorized: [a-z ]+$/)
  assert.equal(entered, 0)
})

test('in a session that another agent has begun, each call is judged by its own bearer', async () => {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => 'a-session',
    enableJsonResponse: true,
  })
  await guarded(premises()).connect(transport)
  const gate = requireToken(world.verifier())
  const post = async (agent: Agent, body: unknown, session: Record<string, string> = {}) => {
    const headers = {
      ...session,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${await agent.token()}`,
    }
    const init = { method: 'POST', headers, body: JSON.stringify(body) }
    const request = new Request('http://records.test/mcp', init)
    const admission = await gate(request)
    assert.ok(admission.ok)
    return (await transport.handleRequest(request, { authInfo: admission.authInfo })).json()
  }
  const [wide, narrow] = [await world.agent('read:records:*'), await world.agent(neededScope)]
  const protocolVersion = '2025-06-18'
  const clientInfo = { name: 'agent', version: '1.0.0' }
  const params = { protocolVersion, capabilities: {}, clientInfo }
  await post(wide, { jsonrpc: '2.0', id: 1, method: 'initialize', params })
  const session = { 'mcp-session-id': 'a-session', 'mcp-protocol-version': protocolVersion }
  const answers = await post(narrow, [callFor(2, 'P-2077'), callFor(3, 'P-2014')], session)
  const [refused, served] = Array.from(Object(answers), Object)
  assert.equal(refused.result.isError, true)
  assert.equal(JSON.parse(served.result.content[0].text).readBy, narrow.agentId)
  await transport.close()
})

test('tools without a gate in front of them let nobody in', async () => {
  let entered = 0
  const enter = () => {
    entered += 1
  }
  await using server = await toolsAlone.serve({ ...premises(), world, enter })
  const token = await (await world.agent('read:records:*')).token()
  const { body } = await server.ask('P-2014', [`Bearer ${token}`])
  assert.equal(Object(body).isError, true)
  assert.equal(entered, 0)
})

function callFor(id: number, record: string) {
  const params = { name: 'read_record', arguments: { id: record } }
  return { jsonrpc: '2.0', id, method: 'tools/call', params }
}
