import { AgentKey, Broker, Operator } from '@agentwrit/client'
import { startSalesServer } from './sales-server.ts'
import { fact, heading, sentence } from './screen.ts'
import { shorten } from './shorten.ts'
import { shownFetch } from './shown-fetch.ts'

/** A check of the walk that did not come out as it must. */
export class WalkError extends Error {
  override readonly name = 'WalkError'
}

type Begin = (step: string) => void

/** The life of one token, from an operator's secret to its end; `onStep` hears the name of each step as it begins. */
export async function walkFirstToken(
  { url, secret }: { readonly url: string; readonly secret: string },
  onStep: Begin,
): Promise<void> {
  const broker = new Broker(url, { fetch: shownFetch() })
  const begin: Begin = (step) => {
    onStep(step)
    heading(step)
  }

  begin('1 of 6 · Sign in')
  const operator = await Operator.signIn({ broker, secret })
  sentence('The operator showed the secret once; from here on only a short-lived token travels.')

  begin('2 of 6 · Launch token')
  const { launch_token } = await operator.createLaunchToken({
    agent_name: 'sales-report',
    allowed_scope: ['read:sales:2026-10'],
    max_ttl: 120,
  })
  sentence('A ticket for one agent, good for 30 seconds and for the sales of October alone.')

  const token = await becomeAgent(broker, launch_token, begin)
  await useToken(url, token, begin)
  await endToken(broker, token, begin)

  begin('Afterwards · Sign out')
  await operator.signOut()
  sentence('The operator has signed out. No credential of this walk is alive any more.')
}

/** Step by step what `Agent.register` does in one call. */
async function becomeAgent(broker: Broker, launchToken: string, begin: Begin): Promise<string> {
  begin('3 of 6 · Nonce')
  const { nonce } = await broker.challenge()
  sentence('32 fresh bytes: a registration that somebody has recorded is worth nothing.')

  begin('4 of 6 · Key and signature')
  const key = await AgentKey.generate()
  const signature = await key.prove(nonce)
  fact('public', shorten(key.publicKey))
  fact('signature', shorten(signature))
  sentence('The agent made a key, whose private half never leaves it, and signed the nonce.')

  begin('5 of 6 · Registration')
  const { agent_id, access_token } = await broker.register({
    launch_token: launchToken,
    nonce,
    public_key: key.publicKey,
    signature,
    orch_id: 'reports',
    task_id: 'october',
    requested_scope: ['read:sales:2026-10'],
  })
  sentence(`The ticket is used up. There is an agent now, ${agent_id}, and its first token.`)
  return access_token
}

async function useToken(brokerUrl: string, token: string, begin: Begin): Promise<void> {
  await using server = await startSalesServer(brokerUrl)
  const askSales = async (month: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` }
    return (await shownFetch()(`${server.url}/sales/${month}`, { headers })).status
  }
  begin('6 of 6 · Token used')
  expect('its own month', await askSales('2026-10'), 200)
  sentence('A sales server of this walk asked the broker about the token and handed out October.')
  expect('another month', await askSales('2026-11'), 403)
  sentence('November is another scope: the same token gets nothing there.')
}

async function endToken(broker: Broker, token: string, begin: Begin): Promise<void> {
  begin('Afterwards · Validate')
  expect('the token', (await broker.validate(token)).valid, true)
  sentence('Whoever is shown a token can ask the broker what it says and whether it lives.')

  begin('Afterwards · Renew')
  const { access_token: successor } = await broker.renew(token)
  expect('the old token', (await broker.validate(token)).valid, false)
  sentence('A renewal brings a successor; from that instant the old token is dead.')

  begin('Afterwards · Release')
  await broker.release(successor)
  expect('the released token', (await broker.validate(successor)).valid, false)
  sentence('The work is done and the token given back: it is dead long before it would expire.')
}

function expect(what: string, actual: unknown, wanted: unknown): void {
  if (actual !== wanted) {
    throw new WalkError(`${what}: expected ${String(wanted)}, got ${String(actual)}`)
  }
}
