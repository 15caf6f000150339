import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { RegisterRequest } from '@agentwrit/protocol'
import { launchedScope } from '../launched-scope.ts'
import { get, post, type Connection } from './connection.ts'
import type { RegistrationLoad } from './main.ts'
import { shareWork } from './share-work.ts'

const challenge = get('/v1/challenge')
const key = makeKey()

export async function registerAll({ launchTokens, ...where }: RegistrationLoad): Promise<number> {
  return shareWork(where, launchTokens, register)
}

async function register(connection: Connection, launchToken: string): Promise<void> {
  const { body } = await connection.send(challenge)
  const nonce = /"nonce":"([0-9a-f]{64})"/.exec(body)?.[1]
  if (nonce === undefined) throw new Error(`there is no nonce in: ${body.slice(0, 200)}`)
  const registered = await connection.send(post('/v1/register', registration(launchToken, nonce)))
  if (registered.status !== 200) {
    const { status, body: problem } = registered
    throw new Error(`a registration got status ${status}: ${problem.slice(0, 200)}`)
  }
}

function registration(launchToken: string, nonce: string): RegisterRequest {
  return {
    launch_token: launchToken,
    nonce,
    public_key: key.publicKey,
    signature: sign(null, Buffer.from(nonce, 'hex'), key.privateKey).toString('base64'),
    orch_id: 'bench',
    task_id: 'task',
    requested_scope: [...launchedScope],
  }
}

/** One for all agents: making keys is the agents' business and would slow the load down. */
function makeKey(): { readonly privateKey: KeyObject; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const der = publicKey.export({ format: 'der', type: 'spki' })
  return { privateKey, publicKey: der.subarray(-32).toString('base64') }
}
