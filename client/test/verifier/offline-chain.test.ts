// A token signed by the broker's key whose chain is not the broker's: what a thief of tokens' signatures could make of the
// records that he has seen, and a thief of the key itself of rules that he would like to break.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delegationInput, encodeHex } from '@agentwrit/protocol'
import type { Claims, DelegationRecord } from '@agentwrit/protocol'
import { chainOf as membersOf } from '../../../broker/test/authority/chain.ts'
import { decodeToken } from '../../../broker/test/decode-token.ts'
import type { TestBroker } from '../../../broker/test/test-broker.ts'
import { chainOf, relinked, withChain, withMember } from '../../../protocol/test/changed-chain.ts'
import { assertRefused, offlineScene } from './offline-scene.ts'

type Change = (claims: Claims) => Claims

const agentId = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'
const members: Readonly<Record<string, unknown>> = {
  agent: agentId,
  delegatee: agentId,
  scope: ['read:data:*', 'write:data:*'],
  granted_scope: ['read:data:1'],
  delegated_at: '2026-01-01T00:00:00.000Z',
  jti: 'f'.repeat(32),
  sid: 'f'.repeat(32),
  parent_jti: 'f'.repeat(32),
  parent_sid: 'f'.repeat(32),
  app_id: undefined,
  lsid: undefined,
  kid: 'A'.repeat(43),
  signature: 'f'.repeat(128),
}

const reshaped: Readonly<Record<string, (chain: DelegationRecord[]) => DelegationRecord[]>> = {
  'without its first record': (chain) => chain.slice(1),
  'without its last record': (chain) => chain.slice(0, -1),
  'without a record in the middle': (chain) => chain.toSpliced(1, 1),
  'with a record twice': (chain) => [...chain.slice(0, 1), ...chain],
  'the other way round': (chain) => chain.toReversed(),
}

test('no member of a record can be changed, whoever signs the token anew', async () => {
  await using scene = await offlineScene()
  const { broker } = scene
  const token = (await membersOf(broker, { depth: 3 })).at(-1)?.held ?? ''
  assert.ok((await scene.verifier.verify(token)).ok)
  for (const [member, value] of Object.entries(members)) {
    for (let place = 0; place < 3; place += 1) {
      const change: Change = (claims) => {
        const chain = chainOf(claims)
        const record = chain[place]
        assert.ok(record)
        return withChain(claims, relinked(chain.with(place, withMember(record, member, value))))
      }
      const result = await scene.verifier.verify(resign(broker, token, change))
      assertRefused(result, 'invalid_token')
    }
  }
  assert.ok((await scene.verifier.verify(resign(broker, token, (claims) => claims))).ok)
})

for (const [what, reshape] of Object.entries(reshaped)) {
  test(`a chain ${what} is none`, async () => {
    await using scene = await offlineScene()
    const { broker, verifier } = scene
    const token = (await membersOf(broker, { depth: 3 })).at(-1)?.held ?? ''
    for (const link of [relinked, (chain: DelegationRecord[]) => chain]) {
      const change: Change = (claims) => withChain(claims, link(reshape(chainOf(claims))))
      assertRefused(await verifier.verify(resign(broker, token, change)), 'invalid_token')
    }
  })
}

const grown: Readonly<Record<string, Change>> = {
  'a token that holds more than was granted': (claims) => ({
    ...claims,
    scope: ['read:data:*', 'write:data:*'],
  }),
  'a token of another session': (claims) => ({ ...claims, sid: 'e'.repeat(32) }),
  'a token of somebody else': (claims) => ({ ...claims, sub: agentId }),
  'a chain without its hash': (claims) => ({ ...claims, chain_hash: 'e'.repeat(64) }),
}

for (const [what, change] of Object.entries(grown)) {
  test(`${what} is refused though every record is good`, async () => {
    await using scene = await offlineScene()
    const { broker, verifier } = scene
    const token = (await membersOf(broker, { depth: 2 })).at(-1)?.held ?? ''
    assertRefused(await verifier.verify(resign(broker, token, change)), 'invalid_token')
  })
}

test('a hop that grants more than its delegator held is refused though the broker has signed it', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const token = (await membersOf(broker, { depth: 2 })).at(-1)?.held ?? ''
  const wide = ['read:data:*', 'write:data:*']
  const grow = (claims: Claims, member: string): Claims => {
    const chain = chainOf(claims).map((record, place) =>
      signRecord(broker, place === 1 ? withMember(record, member, wide) : record),
    )
    return withChain({ ...claims, scope: wide }, relinked(chain))
  }
  const change: Change = (claims) => grow(claims, 'granted_scope')
  assertRefused(await verifier.verify(resign(broker, token, change)), 'invalid_token')
})

function resign({ broker }: TestBroker, token: string, change: Change): string {
  const { kid, ...claims } = decodeToken(token)
  const forged = broker.context.keys.signAgain(change(claims), kid)
  assert.ok(forged !== undefined)
  return forged
}

function signRecord({ broker }: TestBroker, record: DelegationRecord): DelegationRecord {
  const bytes = new TextEncoder().encode(delegationInput(record))
  return { ...record, signature: encodeHex(broker.context.keys.signMessage(bytes)) }
}
