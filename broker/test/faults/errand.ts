import type { RegisterRequest } from '@agentwrit/protocol'
import { ask, type Answer } from '../ask.ts'
import { registration } from '../proof.ts'
import type { BrokerProcess } from './broker-process.ts'
import type { Chance } from './seeded-chance.ts'

/**
 * One launch token and what became of it, as its client knows it: what was asked and is not answered yet may have
 * happened or not; everything else must be as the answers said.
 */
export interface Errand {
  /** Also the name and the task of the agent, so that rows and events can be told apart. */
  readonly name: string
  launchToken: string | undefined
  registration: RegisterRequest | undefined
  /** Access tokens in the order of their answers; only the last one is live. */
  readonly tokens: string[]
  /** Names the last renewal that was asked for. */
  renewalKey: string
  isReleased: boolean
  unanswered: 'launch token' | 'registration' | 'renewal' | 'release' | undefined
}

type Client = Pick<BrokerProcess, 'fetch'>

const scope = ['read:data:*']

export async function signIn(client: Client, secret: string): Promise<string> {
  return text(await ask(client, 'POST', '/v1/admin/auth', { body: { secret } }), 'access_token')
}

export async function freshNonce(client: Client): Promise<string> {
  return text(await ask(client, 'GET', '/v1/challenge'), 'nonce')
}

export async function makeLaunchToken(
  client: Client,
  bearer: string,
  name: string,
): Promise<string> {
  const body = { agent_name: name, allowed_scope: scope, max_ttl: 3600, ttl: 3600 }
  return text(
    await ask(client, 'POST', '/v1/admin/launch-tokens', { bearer, body }),
    'launch_token',
    201,
  )
}

/** A good registration with a fresh nonce, for the task that the errand is named after. */
export async function prepare(
  client: Client,
  launchToken: string,
  name: string,
): Promise<RegisterRequest> {
  const good = registration({ launchToken, nonce: await freshNonce(client), scope })
  return { ...good, task_id: name }
}

/** Runs an errand to a random end; `ledger` knows of every step before it is asked. */
export async function runErrand(
  client: Client,
  bearer: string,
  { name, ledger, chance }: { name: string; ledger: Errand[]; chance: Chance },
): Promise<void> {
  const errand = newErrand(name)
  ledger.push(errand)
  errand.launchToken = await asking(errand, 'launch token', () =>
    makeLaunchToken(client, bearer, name),
  )
  if (chance() < 0.15) return
  const body = await prepare(client, errand.launchToken, name)
  errand.registration = body
  errand.tokens.push(
    await asking(errand, 'registration', async () =>
      text(await ask(client, 'POST', '/v1/register', { body }), 'access_token'),
    ),
  )
  for (let left = Math.floor(chance() * 4); left > 0; left -= 1) {
    const old = errand.tokens.at(-1) ?? ''
    errand.renewalKey = `key-${left}-of-${name}`.padEnd(22, '-')
    const renewed = await asking(errand, 'renewal', () => renew(client, old, errand.renewalKey))
    errand.tokens.push(renewed)
  }
  if (chance() < 0.5) return
  await asking(errand, 'release', () => release(client, errand.tokens.at(-1) ?? ''))
  errand.isReleased = true
}

export async function renew(
  client: Client,
  bearer: string,
  idempotencyKey?: string,
): Promise<string> {
  const shown = { bearer, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) }
  return text(await ask(client, 'POST', '/v1/token/renew', shown), 'access_token')
}

export async function release(client: Client, bearer: string): Promise<void> {
  requireStatus(await ask(client, 'POST', '/v1/token/release', { bearer }), 204)
}

export async function isValid(client: Client, token: string): Promise<boolean> {
  const answer = await ask(client, 'POST', '/v1/token/validate', { body: { token } })
  requireStatus(answer, 200)
  return answer.body['valid'] === true
}

function newErrand(name: string): Errand {
  return {
    name,
    launchToken: undefined,
    registration: undefined,
    tokens: [],
    renewalKey: '',
    isReleased: false,
    unanswered: undefined,
  }
}

async function asking<Answered>(
  errand: Errand,
  step: NonNullable<Errand['unanswered']>,
  action: () => Promise<Answered>,
): Promise<Answered> {
  errand.unanswered = step
  const answered = await action()
  errand.unanswered = undefined
  return answered
}

function text(answer: Answer, member: string, status = 200): string {
  requireStatus(answer, status)
  return String(answer.body[member])
}

/** The broker answered, and not as it should: unlike a broken connection, that is never part of a fault test. */
export class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer'
}

function requireStatus({ status, body }: Answer, expected: number): void {
  if (status === expected) return
  throw new WrongAnswer(`${status} instead of ${expected}: ${JSON.stringify(body)}`)
}
