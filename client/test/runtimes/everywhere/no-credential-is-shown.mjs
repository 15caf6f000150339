import { Agent, AuthenticationError, Broker, TransportError } from '@agentwrit/client'
import { check, rejection } from '../check.mjs'

export async function run({ broker: url, refused, launchTokens: [launchToken] }) {
  const broker = new Broker(url)
  const task = { orchId: 'sales', taskId: 'october', scope: ['read:sales:*'] }
  const agent = await Agent.register({ broker, launchToken, ...task })
  const token = await agent.token()
  const delegation = await agent.delegate({ to: agent.agentId, scope: ['read:sales:7'] })
  await agent.release()
  const shown = [
    broker,
    agent,
    delegation,
    await rejection(broker.renew(token), AuthenticationError),
    await rejection(broker.release(`${token.slice(0, -4)}AAAA`), AuthenticationError),
    await rejection(Agent.register({ broker, launchToken, ...task }), AuthenticationError),
    await rejection(new Broker(refused).renew(token, { maxRetries: 0 }), TransportError),
  ]
  const inspect = await inspector()
  for (const thing of shown) {
    const texts = [String(thing), String(thing.stack), JSON.stringify(thing), inspect(thing)]
    for (const secret of [token.slice(0, -4), delegation.token(), launchToken]) {
      check(!texts.some((text) => text.includes(secret)), `${thing} shows no credential`)
    }
  }
}

/** As deep as this runtime looks. */
async function inspector() {
  const { Deno, Bun, process } = globalThis
  if (Deno) return (thing) => Deno.inspect(thing, { depth: 100, showHidden: true })
  if (Bun) return (thing) => Bun.inspect(thing, { depth: 100 })
  if (!process?.versions?.node) return everyProperty
  const { inspect } = await import('node:util')
  return (thing) => inspect(thing, { depth: Infinity, showHidden: true })
}

/** A browser's console shows what is reachable. */
function everyProperty(thing, seen = new Set()) {
  if (typeof thing !== 'object' || thing === null || seen.has(thing)) return String(thing)
  seen.add(thing)
  const values = Object.getOwnPropertyNames(thing).map((name) => everyProperty(thing[name], seen))
  return values.join(' ')
}
