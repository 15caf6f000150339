import { generateKeyPairSync, sign } from 'node:crypto'
import { readClaims, readToken, type Claims } from '@agentwrit/protocol'
import type { Answer } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { expectStatus } from '../wire/expect.ts'
import { Nonconformity } from '../wire/nonconformity.ts'
import { randomName } from '../wire/random-name.ts'
import { ceiling, type Launcher } from './app.ts'

export interface Agent {
  readonly id: string
  readonly token: string
  readonly claims: Claims
}

export interface Launch {
  readonly token: string
  readonly id: string
}

export interface LaunchWish {
  readonly scope?: readonly string[]
  readonly maxTtl?: number
  readonly singleUse?: boolean
  readonly ttl?: number
  readonly taskId?: string
  readonly orchId?: string
}

/** A new agent with a key of its own; random task and orchestration unless named. */
export async function makeAgent(
  broker: Broker,
  launcher: Launcher,
  wish: LaunchWish = {},
): Promise<Agent> {
  const launch = await launchToken(broker, launcher, wish)
  const body = await registration(broker, launch.token, {
    requested_scope: wish.scope ?? ceiling,
    ...(wish.taskId === undefined ? {} : { task_id: wish.taskId }),
    ...(wish.orchId === undefined ? {} : { orch_id: wish.orchId }),
  })
  return toAgent(expectStatus(await broker.post('/v1/register', body), 200))
}

export function toAgent(answer: Answer): Agent {
  const token = answer.text('access_token')
  return { id: answer.text('agent_id'), token, claims: claimsOf(token) }
}

export async function launchToken(
  broker: Broker,
  launcher: Launcher,
  wish: LaunchWish = {},
): Promise<Launch> {
  const { scope = ceiling, maxTtl = 300, singleUse = true, ttl = 300, taskId, orchId } = wish
  const body = {
    agent_name: 'conformance',
    allowed_scope: scope,
    max_ttl: maxTtl,
    single_use: singleUse,
    ttl,
    ...(taskId === undefined ? {} : { task_id: taskId }),
    ...(orchId === undefined ? {} : { orch_id: orchId }),
  }
  const answer = await broker.post(launcher.launchPath, body, launcher.bearer)
  expectStatus(answer, 201)
  return { token: answer.text('launch_token'), id: answer.text('id') }
}

/** A registration that is good in every respect but the given members. */
export async function registration(
  broker: Broker,
  launch: string,
  changed: Readonly<Record<string, unknown>> = {},
): Promise<Record<string, unknown>> {
  const nonce = (await broker.get('/v1/challenge')).text('nonce')
  return {
    launch_token: launch,
    nonce,
    ...prove(nonce),
    orch_id: randomName('orchestration'),
    task_id: randomName('task'),
    requested_scope: ceiling,
    ...changed,
  }
}

/** Public key and signature of a new key over the nonce. */
export function prove(nonce: string): { public_key: string; signature: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return {
    public_key: raw.toString('base64'),
    signature: sign(null, Buffer.from(nonce, 'hex'), privateKey).toString('base64'),
  }
}

export function claimsOf(token: string): Claims {
  const claims = readClaims(readToken(token)?.payload)
  if (claims === undefined)
    throw new Nonconformity('a token is not in the form of contract 2.1, 2.3')
  return claims
}
