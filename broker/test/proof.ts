import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { RegisterRequest } from '@agentwrit/protocol'
import { ask, type Answer } from './ask.ts'
import type { TestBroker } from './test-broker.ts'

export interface Key {
  readonly privateKey: KeyObject
  /** As the wire wants it. */
  readonly publicKey: string
}

export function makeKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return { privateKey, publicKey: der.subarray(-32).toString('base64') }
}

export async function freshNonce(broker: TestBroker): Promise<string> {
  const { body } = await ask(broker, 'GET', '/v1/challenge')
  return String(body['nonce'])
}

/** A launch token made by the operator, as its holder presents it. */
export async function launchToken(
  broker: TestBroker,
  wanted: {
    scope?: string[]
    singleUse?: boolean
    maxTtl?: number
    taskId?: string
    ttl?: number
  } = {},
): Promise<string> {
  const operator = await broker.operator()
  const made = await operator.createLaunchToken({
    agent_name: 'test-agent',
    allowed_scope: wanted.scope ?? ['read:data:*'],
    ...(wanted.maxTtl === undefined ? {} : { max_ttl: wanted.maxTtl }),
    ...(wanted.ttl === undefined ? {} : { ttl: wanted.ttl }),
    ...(wanted.singleUse === undefined ? {} : { single_use: wanted.singleUse }),
    ...(wanted.taskId === undefined ? {} : { task_id: wanted.taskId }),
  })
  return made.launch_token
}

/** A registration that is good in every respect, to be spoiled in one by the test. */
export function registration(parts: {
  launchToken: string
  nonce: string
  key?: Key
  scope?: string[]
}): RegisterRequest {
  const { launchToken: launch_token, nonce, key = makeKey(), scope = ['read:data:*'] } = parts
  return {
    launch_token,
    nonce,
    public_key: key.publicKey,
    signature: sign(null, Buffer.from(nonce, 'hex'), key.privateKey).toString('base64'),
    orch_id: 'orch',
    task_id: 'task',
    requested_scope: scope,
  }
}

export async function register(broker: TestBroker, body: RegisterRequest): Promise<Answer> {
  return ask(broker, 'POST', '/v1/register', { body })
}
