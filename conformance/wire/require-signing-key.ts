import { OutOfReach } from '../suite/check.ts'
import type { Broker } from './broker.ts'
import { publishedKeys } from './published-keys.ts'
import type { SigningKey } from './signing-key.ts'

/** The first signing key, while the broker accepts it: after a rotation a file says nothing about the later ones. */
export async function requireSigningKey(broker: Broker): Promise<SigningKey> {
  const key = broker.signingKey
  const published = await publishedKeys(broker)
  if (key === undefined || !published.some(({ kid }) => kid === key.kid)) {
    throw new OutOfReach('signingKey')
  }
  return key
}
