import { createPublicKey, verify } from 'node:crypto'
import { toObject, type Json } from './answer.ts'
import type { Broker } from './broker.ts'

/** Verifies with the key of this `kid`; undefined when it is not among them. */
export type VerifyByKid = (kid: string, text: string, signature: Buffer) => boolean | undefined

export function verifierOf(keys: readonly Json[]): VerifyByKid {
  return (kid, text, signature) => {
    const jwk = keys.find((key) => key['kid'] === kid)
    if (jwk === undefined) return undefined
    const key = createPublicKey({ key: toObject(jwk), format: 'jwk' })
    return verify(null, Buffer.from(text), key, signature)
  }
}

/** The keys of the JWKS, active one first. */
export async function publishedKeys(broker: Broker): Promise<Json[]> {
  return (await broker.get('/.well-known/jwks.json')).list('keys')
}
