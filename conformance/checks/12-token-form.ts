import { maxTokenLength } from '@agentwrit/protocol'
import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { expectDead, expectLive } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expectProblem } from '../wire/expect.ts'
import { forge, signClaims } from '../wire/signing-key.ts'
import { requireSigningKey } from '../wire/require-signing-key.ts'

export const tokenForm: Check = {
  line: 12,
  title: 'A token with another alg, no kid, non-canonical base64url or over 16 KiB is refused',
  parts: [
    { title: 'live tokens, spelled or signed otherwise', run: respelled },
    { title: 'signed with the right key', needs: ['signingKey'], run: signedRight },
  ],
}

async function respelled(broker: Broker): Promise<void> {
  const { token } = await makeAgent(broker, await makeApp(broker))
  const [header = '', payload = '', signature = ''] = token.split('.')
  await refuse(broker, {
    'alg none without signature': `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
    'alg HS256': `${encode({ alg: 'HS256', typ: 'JWT' })}.${payload}.${signature}`,
    'spare bits set': `${header}.${payload}.${signature.slice(0, -1)}${withSpareBit(signature)}`,
    padding: `${token}==`,
    'a fourth part': `${token}.`,
    'standard base64': `${header}.${payload}.${toStandard(signature)}`,
    'over 16 KiB': `${header}.${payload}.${signature}`.padEnd(maxTokenLength + 1, 'A'),
  })
  await expectLive(broker, { 'the token itself': token })
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The last of 86 characters holds two bits of the signature and four that must be zero. */
function withSpareBit(signature: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return letters.charAt(letters.indexOf(signature.slice(-1)) | 1)
}

/** In the other alphabet; where that makes no difference, padding does. */
function toStandard(signature: string): string {
  const standard = signature.replaceAll('-', '+').replaceAll('_', '/')
  return standard === signature ? `${signature}=` : standard
}

async function signedRight(broker: Broker): Promise<void> {
  const key = await requireSigningKey(broker)
  const { claims } = await makeAgent(broker, await makeApp(broker))
  await expectLive(broker, { 'claims signed again unchanged': signClaims(claims, key) })
  const { kid } = key
  await refuse(broker, {
    'alg ES256': forge({ alg: 'ES256', typ: 'JWT', kid }, claims, key),
    'no alg': forge({ typ: 'JWT', kid }, claims, key),
    'no kid': forge({ alg: 'EdDSA', typ: 'JWT' }, claims, key),
    'another kid': forge({ alg: 'EdDSA', typ: 'JWT', kid: 'A'.repeat(43) }, claims, key),
    'no typ': forge({ alg: 'EdDSA', kid }, claims, key),
    crit: forge({ alg: 'EdDSA', typ: 'JWT', kid, crit: ['b64'] }, claims, key),
    'over 16 KiB': signClaims({ ...claims, filler: 'x'.repeat(maxTokenLength) }, key),
    'exp as text': signClaims({ ...claims, exp: String(claims.exp) }, key),
    'nbf ahead': signClaims({ ...claims, nbf: claims.nbf + 60 }, key),
    'no scope': signClaims({ ...claims, scope: [] }, key),
  })
}

async function refuse(broker: Broker, tokens: Readonly<Record<string, string>>): Promise<void> {
  await expectDead(broker, tokens)
  for (const [name, token] of Object.entries(tokens)) {
    expectProblem(await broker.get('/v1/agents', token), 'unauthorized', name)
  }
}
