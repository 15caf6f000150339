import {
  chainHashInput,
  delegationInput,
  encodeBase64url,
  genesisHash,
  keyIdInput,
} from '@agentwrit/protocol'
import { previousRecordInput } from '@agentwrit/protocol'
import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { delegate } from '../actors/token.ts'
import { OutOfReach, type Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expect } from '../wire/expect.ts'
import { publishedKeys, verifierOf } from '../wire/published-keys.ts'
import { sha256 } from '../wire/sha-256.ts'

export const vectors: Check = {
  line: 10,
  title: 'Key ids, records and hashes are computed as in the vectors',
  parts: [
    { title: 'every published kid is the thumbprint of its key', run: thumbprints },
    { title: 'records, their links and the chain hash recomputed', run: chains },
    {
      title: 'on the key file of RFC 8037: the first signing key',
      run: (broker) => publishes(broker, firstSigningKid, 'rfc8037'),
    },
    {
      title: 'with AA_IMPORT_SIGNING_KEY=true: the key of the file',
      run: (broker) => publishes(broker, fileKid, 'imported'),
    },
  ],
}

/** Contract 10. */
const fileKid = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k'
const firstSigningKid = 'XZdO8HHCUUD9RIvAmc84U3A1QvKpOZa7WxbXwQYFMDk'

async function thumbprints(broker: Broker): Promise<void> {
  const keys = await publishedKeys(broker)
  expect(keys.length > 0, 'no key is published')
  for (const { kty, crv, x, kid, alg, use } of keys) {
    expect(
      kty === 'OKP' && crv === 'Ed25519' && alg === 'EdDSA' && use === 'sig',
      'a key of another kind',
    )
    const thumbprint = Buffer.from(sha256(keyIdInput(String(x))), 'hex')
    expect(kid === encodeBase64url(thumbprint), 'a kid is not the RFC 7638 thumbprint')
  }
}

async function chains(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const [first, second] = [await makeAgent(broker, app), await makeAgent(broker, app)]
  const hop = await delegate(broker, first.token, second.id)
  const { claims } = await delegate(broker, hop.token, first.id)
  const { delegation_chain: chain = [], chain_hash: hash } = claims
  const verify = verifierOf(await publishedKeys(broker))
  expect(chain.length === 2, 'two hops are not two records')
  expect(hash === sha256(chainHashInput(chain)), 'chain_hash cannot be recomputed')
  let prev = genesisHash
  for (const record of chain) {
    expect(record.prev === prev, 'prev of a record cannot be recomputed')
    const signature = Buffer.from(record.signature, 'hex')
    const isSigned = verify(record.kid, delegationInput(record), signature)
    expect(isSigned === true, 'the signature of a record does not verify')
    prev = sha256(previousRecordInput(record))
  }
}

/** Which key file the broker has is not ours to choose. */
async function publishes(broker: Broker, kid: string, need: 'rfc8037' | 'imported'): Promise<void> {
  const keys = await publishedKeys(broker)
  if (!keys.some((key) => key['kid'] === kid)) throw new OutOfReach(need)
}
