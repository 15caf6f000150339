import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import {
  readClaims,
  readToken,
  verifyChain,
  verifyChainAtOnce,
  type ChainResult,
  type Claims,
  type DelegationRecord,
} from '@agentwrit/protocol'
import { agents, arbitraryPath, renewed, tokenId } from './arbitrary-path.ts'
import { chainOf, relinked, resigned, withChain, withMember } from './changed-chain.ts'
import { readVector } from './read-vector.ts'
import { sha256, signers, signToken, verifier } from './vector-keys.ts'

/** The last token of a path with at least one hop, and a number to choose a record with. */
const delegated = arbitraryPath(1).map((path): Claims => path.at(-1) ?? assert.fail())
const delegatedTwice = arbitraryPath(2).map((path): Claims => path.at(-1) ?? assert.fail())

test('every token of a path of delegations verifies, read back from the wire, renewed or not', () => {
  fc.assert(
    fc.property(arbitraryPath(0), (path) => {
      for (const claims of path) {
        const read = readClaims(readToken(signToken(claims))?.payload)
        assert.ok(read)
        assert.deepEqual(judge(read), { ok: true })
        assert.deepEqual(judge(renewed(read, 5)), { ok: true })
      }
    }),
    { numRuns: 50 },
  )
})

test('cryptography may answer later, with the same result', async () => {
  const { hash, verify } = verifier
  const later = {
    hash: async (text: string) => Promise.resolve(hash(text)),
    verify: async (signed: Parameters<typeof verify>[0]) => Promise.resolve(verify(signed)),
  }
  await fc.assert(
    fc.asyncProperty(delegated, fc.nat(), changed, async (claims, at, change) => {
      const forged = forge(claims, at, change)
      assert.deepEqual(await verifyChain(claims, later), { ok: true })
      assert.deepEqual(await verifyChain(claims, verifier), { ok: true })
      assert.deepEqual(await verifyChain(forged, later), judge(forged))
    }),
    { numRuns: 50 },
  )
})

const otherId = fc.stringMatching(/^[0-9a-f]{32}$/)
const otherAgent = fc.constantFrom(...agents.map(({ sub }) => sub))
const otherScope = fc.array(
  fc.constantFrom('read:data:*', 'read:data:1', 'call:*:*', 'write:logs:*', 'other:x:y'),
  { minLength: 1, maxLength: 3 },
)

/** For each member values that `readClaims` lets pass; undefined leaves it out. */
const values: Record<keyof DelegationRecord, fc.Arbitrary<unknown>> = {
  agent: otherAgent,
  scope: otherScope,
  delegated_at: fc
    .integer({ min: 0, max: 4_000_000_000_000 })
    .map((time) => new Date(time).toISOString()),
  delegatee: otherAgent,
  granted_scope: otherScope,
  jti: otherId,
  sid: otherId,
  parent_jti: otherId,
  parent_sid: otherId,
  app_id: fc.constantFrom('app-0', 'app-1', undefined),
  lsid: fc.option(otherId, { nil: undefined }),
  prev: fc.stringMatching(/^[0-9a-f]{64}$/),
  kid: fc.constantFrom(...signers.map(({ kid }) => kid), sha256('').slice(0, 42).concat('A')),
  signature: fc.stringMatching(/^[0-9a-f]{128}$/),
}

const changed = fc.oneof(
  ...Object.entries(values).map(([member, value]) =>
    fc.record({ member: fc.constant(member), value, isRelinked: fc.boolean() }),
  ),
)

type Change = typeof changed extends fc.Arbitrary<infer Value> ? Value : never

test('any change of any member of any record is found, whatever hashes are made anew', () => {
  fc.assert(
    fc.property(delegated, fc.nat(), changed, (claims, at, change) => {
      const forged = forge(claims, at, change)
      assert.equal(judge(forged).ok, false)
      assert.equal(judge({ ...forged, chain_hash: claims.chain_hash ?? '' }).ok, false)
    }),
    { numRuns: 1000 },
  )
})

test('a member that we do not know is found', () => {
  fc.assert(
    fc.property(delegated, fc.nat(), (claims, at) => {
      const change = { member: 'extra', value: 'x', isRelinked: true }
      assert.equal(judge(forge(claims, at, change)).ok, false)
    }),
    { numRuns: 50 },
  )
})

test('removing, repeating or swapping records is found', () => {
  fc.assert(
    fc.property(delegatedTwice, fc.nat(), fc.nat(), (claims, one, other) => {
      const chain = chainOf(claims)
      const [from, to] = [one % chain.length, other % chain.length]
      const [first, second] = [chain.slice(from, from + 1), chain.slice(to, to + 1)]
      const arranged = [
        chain.toSpliced(from, 1),
        chain.toSpliced(to, 0, ...first),
        ...(from === to ? [] : [chain.toSpliced(from, 1, ...second).toSpliced(to, 1, ...first)]),
      ]
      for (const records of arranged) {
        assert.equal(judge(withChain(claims, records)).ok, false)
        assert.equal(judge(withChain(claims, relinked(records))).ok, false)
      }
    }),
    { numRuns: 200 },
  )
})

test('authority that grows anywhere is found, though the right keys signed it', () => {
  const wide = 'other:x:y'
  fc.assert(
    fc.property(delegated, fc.nat(), (claims, at) => {
      const chain = chainOf(claims)
      const record = at % chain.length
      const hop = chain[record] ?? assert.fail()
      const grants = { ...hop, granted_scope: [...hop.granted_scope, wide] }
      assertFault(sign(claims, chain.with(record, grants)), { reason: 'granted_scope', record })

      const last = chain.length - 1
      const token = { ...claims, scope: [...claims.scope, wide] }
      assertFault(token, { reason: 'scope', record: last })

      const holds = { ...hop, scope: [...hop.scope, wide] }
      const widened = sign(claims, chain.with(record, holds))
      // What the root held is its own token's business.
      if (record === 0) assert.deepEqual(judge(widened), { ok: true })
      else assertFault(widened, { reason: 'scope', record: record - 1 })
    }),
    { numRuns: 200 },
  )
})

test('a gap between a record and what follows is found, though the right keys signed it', () => {
  const stranger = agents[0]?.sub.replace(/.$/, 'f')
  fc.assert(
    fc.property(delegatedTwice, fc.nat(), (claims, at) => {
      const chain = chainOf(claims)
      const record = at % (chain.length - 1)
      const change = (index: number, member: string, value: unknown) =>
        sign(
          claims,
          chain.map((hop, place) => (place === index ? withMember(hop, member, value) : hop)),
        )
      const id = tokenId('foreign', at)
      assertFault(change(record, 'delegatee', stranger), { reason: 'delegatee', record })
      assertFault(change(record + 1, 'agent', stranger), { reason: 'delegatee', record })
      assertFault(change(record, 'sid', id), { reason: 'sid', record })
      assertFault(change(record + 1, 'parent_sid', id), { reason: 'sid', record })
      assertFault(change(chain.length - 1, 'sid', id), { reason: 'sid', record: chain.length - 1 })
      // The delegate's token may have been renewed before it delegated.
      assert.deepEqual(judge(change(record + 1, 'parent_jti', id)), { ok: true })
    }),
    { numRuns: 100 },
  )
})

test('a chain belongs to one subject and one session, and comes with its hash', () => {
  fc.assert(
    fc.property(delegated, (claims) => {
      const record = chainOf(claims).length - 1
      const { sid: _sid, ...sessionless } = claims
      const { chain_hash: _hash, ...unhashed } = claims
      const { delegation_chain: _chain, ...unchained } = claims
      assertFault({ ...claims, sub: 'admin' }, { reason: 'delegatee', record })
      assertFault({ ...claims, sid: tokenId('x', 0) }, { reason: 'sid', record })
      assertFault(sessionless, { reason: 'sid', record })
      assertFault({ ...claims, chain_hash: sha256('') }, { reason: 'chain_hash' })
      assertFault(unhashed, { reason: 'chain_hash' })
      assertFault(unchained, { reason: 'chain_hash' })
    }),
    { numRuns: 50 },
  )
})

test('a chain has one to five records', () => {
  const { claims } = readVector('delegated-token')
  const [record] = chainOf(claims)
  assert.ok(record)
  assertFault(withChain(claims, []), { reason: 'length' })
  assertFault(
    withChain(
      claims,
      Array.from({ length: 6 }, () => record),
    ),
    { reason: 'length' },
  )
})

test('a record under a key that is not accepted is found, and named', () => {
  const { claims } = readVector('delegated-token')
  const [{ kid: accepted }] = signers
  const [first, second] = chainOf(claims)
  assert.ok(first && second)
  const rotated = sign(claims, [first, { ...second, kid: signers[1].kid }])
  assert.deepEqual(judge(rotated), { ok: true })
  const verify: typeof verifier.verify = (signed) =>
    signed.kid === accepted ? verifier.verify(signed) : undefined
  assert.deepEqual(verifyChainAtOnce(rotated, { hash: sha256, verify }), {
    ok: false,
    error: { reason: 'unknown_key', record: 1 },
  })
})

test('no hash is made for a chain that breaks a rule, and no signature looked at before the hashes match', async () => {
  const { claims } = readVector('delegated-token')
  const asked: string[] = []
  const watching = {
    hash: (text: string) => (asked.push('hash'), sha256(text)),
    verify: () => (asked.push('verify'), true),
  }
  const wide = { ...claims, scope: ['other:x:y'] }
  const unlinked = { ...claims, chain_hash: sha256('') }
  for (const check of [verifyChain, verifyChainAtOnce]) {
    await check(wide, watching)
    assert.deepEqual(asked.splice(0), [])
    await check(unlinked, watching)
    assert.deepEqual(asked.splice(0), ['hash', 'hash'])
    await check(claims, watching)
    assert.deepEqual(asked.splice(0), ['hash', 'hash', 'verify', 'verify'])
  }
})

test('a verdict that is a promise, taken for one that is there, is no', () => {
  const { claims } = readVector('delegated-token')
  const verify = (() => Promise.resolve(true)) as unknown as () => boolean
  assert.deepEqual(verifyChainAtOnce(claims, { hash: sha256, verify }), {
    ok: false,
    error: { reason: 'signature', record: 0 },
  })
})

test('cryptography that fails fails the check', async () => {
  const { claims } = readVector('delegated-token')
  const failure = Promise.reject(new RangeError())
  await assert.rejects(verifyChain(claims, { hash: sha256, verify: () => failure }), RangeError)
})

function judge(claims: Claims): ChainResult {
  return verifyChainAtOnce(claims, verifier)
}

function assertFault(claims: Claims, error: (ChainResult & { ok: false })['error']): void {
  assert.deepEqual(judge(claims), { ok: false, error })
}

function sign(claims: Claims, chain: readonly DelegationRecord[]): Claims {
  return withChain(claims, resigned(chain))
}

/** Changes one record, and makes `chain_hash` and, if wanted, the links behind it anew. */
function forge(claims: Claims, at: number, { member, value, isRelinked }: Change): Claims {
  const chain = chainOf(claims)
  const index = at % chain.length
  const record = chain[index] ?? assert.fail()
  const forged = withMember(record, member, value)
  fc.pre(JSON.stringify(forged) !== JSON.stringify(record))
  const records = chain.with(index, forged)
  return withChain(claims, isRelinked ? relinked(records, index) : records)
}
