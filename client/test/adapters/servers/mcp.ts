import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { requireBearerAuth as requireBearerAuthInExpress } from '@modelcontextprotocol/express'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer, requireBearerAuth } from '@modelcontextprotocol/server'
import type {
  McpHttpHandler,
  ScopeChallengeHandler,
  ToolCallback,
} from '@modelcontextprotocol/server'
import express from 'express'
import { z } from 'zod'
import type { Verifier } from '@agentwrit/client'
import { requireToken as requireTokenInExpress } from '@agentwrit/client/express'
import { agentOf, mcpVerifier, requireToken, requireToolScope } from '@agentwrit/client/mcp'
import { listen } from '../../listen.ts'
import type { Listening } from '../../listen.ts'
import { expectProblem } from '../conformance.ts'
import type { Adapter, Premises, RecordAnswer, RecordServer } from '../conformance.ts'
import { connectMcp } from '../mcp-client.ts'

type MakeServer = (premises: Omit<Premises, 'world'>) => McpServer
/** A gate in front of the handler. */
type Mount = (verifier: Verifier, handler: McpHttpHandler) => RequestListener

const ownGate: Mount = (verifier, handler) => {
  const gate = requireToken(verifier)
  return onFetch(async (request) => {
    const admission = await gate(request)
    if (!admission.ok) return admission.response
    return handler.fetch(request, { authInfo: admission.authInfo })
  })
}

/** As the documentation of the MCP SDK shows it. */
const gateOfTheSdk: Mount = (verifier, handler) => {
  const gate = requireBearerAuth({ verifier: mcpVerifier(verifier) })
  return onFetch(async (request) => {
    const authInfo = await gate(request)
    return authInfo instanceof Response ? authInfo : handler.fetch(request, { authInfo })
  })
}

const gatesInExpress: Mount = (verifier, handler) =>
  express().post(
    '/mcp',
    requireTokenInExpress(verifier),
    requireBearerAuthInExpress({ verifier: mcpVerifier(verifier) }),
    toNodeHandler(handler),
  )

const noGate: Mount = (_verifier, handler) => onFetch((request) => handler.fetch(request))

export const guarded: MakeServer = (premises) => makeServer(makeTool(premises))

const challenging: MakeServer = (premises) => {
  const tool = makeTool(premises)
  return makeServer(tool, tool.scopeChallenge)
}

const unguarded: MakeServer = ({ enter }) =>
  makeServer(() => {
    enter()
    return { content: [{ type: 'text', text: '{}' }] }
  })

/** Its tools refuse with a result, which the model can read. */
const expectResult: Adapter['expect'] = (outcome, answer) => {
  if (outcome === 'too narrow' || outcome === 'unnameable') expectToolRefusal(outcome, answer)
  else expectProblem(outcome, answer)
}

const statusesOfTheSdk = { anonymous: 401, invalid: 401, unavailable: 500 } as const

/** Its answers are coarser: no token is an invalid one, and there is no 503. What it lets through, the tool refuses. */
const expectOAuthError: Adapter['expect'] = (outcome, answer) => {
  if (outcome === 'too narrow' || outcome === 'unnameable')
    return expectToolRefusal(outcome, answer)
  if (answer.status === 200 && outcome === 'invalid') return expectToolRefusal(outcome, answer)
  assert.equal(answer.status, statusesOfTheSdk[outcome])
  const error = outcome === 'unavailable' ? 'server_error' : 'invalid_token'
  assert.equal(Object(answer.body).error, error)
  const challenge = answer.headers.get('www-authenticate')
  if (outcome === 'unavailable') assert.equal(challenge, null)
  else assert.match(challenge ?? '', /^Bearer error="invalid_token"/)
}

/** A scope that a header cannot hold is no challenge: the tool refuses. */
const expectChallenge: Adapter['expect'] = (outcome, answer) => {
  if (outcome !== 'too narrow') return expectResult(outcome, answer)
  assert.equal(answer.status, 403)
  const challenge = answer.headers.get('www-authenticate') ?? ''
  assert.match(challenge, /^Bearer error="insufficient_scope",.* scope="read:records:P-2014"/)
}

function expectToolRefusal(outcome: string, { status, body }: RecordAnswer): void {
  const { isError, content } = Object(body)
  assert.deepEqual([status, isError], [200, true])
  const code = outcome === 'invalid' ? 'unauthorized' : 'insufficient_scope'
  const scope = outcome === 'too narrow' ? ' \\(read:records:P-2014\\)' : ''
  assert.match(content[0].text, new RegExp(`^${code}: [a-z ]+${scope}$`))
}

export const mcpAdapters: readonly Adapter[] = [
  toAdapter('mcp', [ownGate, guarded], expectResult),
  toAdapter('mcp with a scope challenge', [ownGate, challenging], expectChallenge),
  toAdapter('mcp behind the gate of its SDK', [gateOfTheSdk, guarded], expectOAuthError),
  toAdapter('mcp on express', [gatesInExpress, guarded], expectResult),
]

export const withoutGateAndGuard: Adapter = toAdapter('mcp without a gate', [noGate, unguarded])
export const withoutGuard: Adapter = toAdapter('mcp without guarded tools', [ownGate, unguarded])
export const toolsAlone: Adapter = toAdapter('mcp with guarded tools alone', [noGate, guarded])

function toAdapter(
  name: string,
  [mount, make]: readonly [Mount, MakeServer],
  expect: Adapter['expect'] = expectResult,
): Adapter {
  return { name, expect, serve: (premises) => serve(premises, mount, make) }
}

/** The client connects while all is well; then comes the request that the scenario is about. */
async function serve(premises: Premises, mount: Mount, make: MakeServer): Promise<RecordServer> {
  const { world } = premises
  let current = world.verifier()
  const verifier: Verifier = {
    verify: (...asked) => current.verify(...asked),
    ready: (options) => current.ready(options),
    close: () => current.close(),
  }
  await using stack = new AsyncDisposableStack()
  const { url } = stack.use(await listenToTools({ ...premises, verifier }, mount, make))
  const client = stack.use(await connectMcp(url, await world.agent('read:records:*')))
  const open = stack.move()
  return {
    async ask(id, authorization) {
      client.present(authorization)
      current = premises.verifier
      return toAnswer(await client.readRecord(id))
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

export async function listenToTools(
  premises: Omit<Premises, 'world'>,
  mount: Mount = ownGate,
  make: MakeServer = guarded,
): Promise<Listening> {
  const handler = createMcpHandler(() => make(premises))
  const listening = await listen(createServer(mount(premises.verifier, handler)))
  return {
    url: `${listening.url}/mcp`,
    async [Symbol.asyncDispose]() {
      await handler.close()
      await listening[Symbol.asyncDispose]()
    },
  }
}

/** What the tool says is JSON, unless it is a refusal. */
function toAnswer(answer: RecordAnswer): RecordAnswer {
  const { isError, content } = Object(answer.body)
  const isResult = answer.status === 200 && isError !== true
  return isResult ? { ...answer, body: JSON.parse(content[0].text) } : answer
}

const inputSchema = z.object({ id: z.string() })

function makeServer(
  tool: ToolCallback<typeof inputSchema>,
  scopeChallenge?: ScopeChallengeHandler,
): McpServer {
  const server = new McpServer({ name: 'records', version: '1.0.0' })
  const challenge = scopeChallenge === undefined ? {} : { scopeChallenge }
  server.registerTool('read_record', { inputSchema, ...challenge }, tool)
  return server
}

function makeTool({ verifier, scopeOf, enter }: Omit<Premises, 'world'>) {
  return requireToolScope(
    verifier,
    ({ id }: { readonly id: string }) => scopeOf(id),
    (_arguments, context) => {
      enter()
      const readBy = agentOf(context).subject
      return { content: [{ type: 'text' as const, text: JSON.stringify({ readBy }) }] }
    },
  )
}

function onFetch(answer: (request: Request) => Promise<Response>): RequestListener {
  const listener = getRequestListener(answer)
  return (incoming, outgoing) => void listener(incoming, outgoing)
}
