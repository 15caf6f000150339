import { OutOfReach } from '../suite/check.ts'
import type { Broker } from './broker.ts'
import { publishedKeys } from './published-keys.ts'
import type { SigningKey } from './signing-key.ts'

/** The first signing key, while the broker signs with it: after a rotation the key file says nothing about the later ones. */
export async function requireSigningKey(broker: Broker): Promise<SigningKey> {
  const key = broker.signingKey
  const [active] = await publishedKeys(broker)
  if (key === undefined || active?.['kid'] !== key.kid) throw new OutOfReach('firstKey')
  return key
}
