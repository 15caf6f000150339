import { App, Broker } from '@agentwrit/client'
import type { Agent, AgentOptions, ClientOptions } from '@agentwrit/client'
import { callsTo, launchTokenMade, problem, serve, stillSurroundings } from './local-server.ts'
import type { LocalServer, Received, Reply, Script } from './local-server.ts'

export const clientSecret = 'a-client-secret-for-tests'
export const agentId = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'

/** What a renewal is answered with: a successor, this refusal, or nothing, with (`lost`) or without being carried out. */
export type RenewalReply = 'renewed' | 'lost' | 'hang up' | Reply

export interface ScriptedBroker extends LocalServer {
  readonly surroundings: ReturnType<typeof stillSurroundings>
  /** What the next renewals are answered with; all others succeed. */
  readonly renewals: RenewalReply[]
  /** The live token of the one agent. */
  live(): string
  calls(path: string): readonly Received[]
  signIn(options?: AgentOptions & ClientOptions): Promise<App>
  /** An agent whose tokens live so many seconds. */
  agent(options?: AgentOptions & ClientOptions): Promise<Agent>
}

/**
 * A broker with one app and one agent at a time, for which time stands still: tokens die by time and by renewal, and a
 * repeat under the same name gets the same successor.
 */
export async function scriptedBroker(
  lifetime = 300,
  script: Script = () => undefined,
): Promise<ScriptedBroker> {
  const surroundings = stillSurroundings()
  const renewals: RenewalReply[] = []
  const successors = new Map<string, string>()
  let issued = 0
  const state = { live: '', endsAt: 0 }
  const issue = (): string => {
    issued += 1
    state.live = `agent-token-${issued}`
    state.endsAt = surroundings.now() + lifetime * 1000
    return state.live
  }
  const answered = (token: string): Reply => {
    const body = { agent_id: agentId, access_token: token, expires_in: lifetime }
    return { body }
  }
  const renew = ({ headers }: Received): Reply | 'hang up' => {
    const reply = renewals.shift() ?? 'renewed'
    if (reply === 'hang up' || typeof reply === 'object') return reply
    const bearer = (headers.authorization ?? '').replace('Bearer ', '')
    const name = `${bearer} ${String(headers['idempotency-key'])}`
    const isLive = bearer === state.live && surroundings.now() < state.endsAt
    if (!successors.has(name) && !isLive) return problem(401, 'unauthorized')
    const successor = successors.get(name) ?? issue()
    successors.set(name, successor)
    return reply === 'lost' ? 'hang up' : answered(successor)
  }
  const server = await serve((request) => {
    const scripted = script(request)
    if (scripted !== undefined) return scripted
    const { path } = request
    if (path === '/v1/app/auth') return { body: { access_token: 'app-token', expires_in: 86_400 } }
    if (path === '/v1/app/launch-tokens') return launchTokenMade
    if (path === '/v1/challenge') return { body: { nonce: '0'.repeat(64), expires_in: 30 } }
    if (path === '/v1/health')
      return { body: { status: 'ok', version: '1', features: ['renew-idempotency'] } }
    if (path === '/v1/register') return answered(issue())
    if (path === '/v1/token/renew') return renew(request)
    return { status: 204 }
  })
  const signIn = (options: AgentOptions & ClientOptions = {}): Promise<App> => {
    const { timeout, maxRetries = 0, logger, ...agentOptions } = options
    const broker = new Broker(server.url, {
      surroundings,
      maxRetries,
      ...(timeout === undefined ? {} : { timeout }),
      ...(logger === undefined ? {} : { logger }),
    })
    return App.signIn({ broker, clientId: 'client-1', clientSecret, ...agentOptions })
  }
  return {
    ...server,
    surroundings,
    renewals,
    live: () => state.live,
    calls: (path) => callsTo(server, path),
    signIn,
    agent: async (options) =>
      (await signIn(options)).createAgent({ orchId: 'o', taskId: 't', scope: ['read:data:*'] }),
  }
}

export const renewalPath = '/v1/token/renew'
