import { LRUCache } from 'lru-cache'

const REMEMBERED = 64

/**
 * Proving that a point has prime order costs as much as a verification, and a broker's few signing keys are used over
 * and over: what an accepted key became is remembered for the keys used last. A refused key is never remembered.
 */
export function rememberKeys<Known extends object | true>(
  prove: (publicKey: Uint8Array) => Known | undefined,
): (publicKey: Uint8Array) => Known | undefined {
  const known = new LRUCache<string, Known>({ max: REMEMBERED })
  return (publicKey) => {
    const name = Buffer.from(publicKey).toString('latin1')
    const remembered = known.get(name)
    if (remembered !== undefined) return remembered
    const proven = prove(publicKey)
    if (proven !== undefined) known.set(name, proven)
    return proven
  }
}
