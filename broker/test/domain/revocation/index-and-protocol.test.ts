// The index in memory and the protocol's rule say the same of every token: two statements of one table (contract 2.7).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  matchesRevocation,
  maxDelegationDepth,
  type Claims,
  type DelegationRecord,
} from '@agentwrit/protocol'
import * as fc from 'fast-check'
import { RevocationIndex } from '../../../src/domain/revocation/revocation-index.ts'
import { untilLifted, type KeptRevocation } from '../../../src/domain/revocation/revocation.ts'

// Few of everything, so that entries and lineages meet.
const sid = fc.constantFrom('sid-1', 'sid-2', 'sid-3', 'sid-4', 'sid-5', 'sid-6', 'sid-7')
const agent = fc.constantFrom(...[1, 2, 3, 4, 5].map((n) => `spiffe://a/agent/o/t/${n}`))
const appId = fc.constantFrom('app-1', 'app-2', 'app-3')
const principal = fc.constantFrom('admin', 'operator:ann', 'app:app-1', 'app:app-2', 'app:app-3')
const taskId = fc.constantFrom('task-1', 'task-2')
/** Seconds: tokens and liftings share a short time. */
const second = fc.integer({ min: 1000, max: 1006 })
const expires = 10_000

const record: fc.Arbitrary<DelegationRecord> = fc
  .record(
    {
      agent,
      sid,
      parent_sid: sid,
      jti: fc.uuid(),
      parent_jti: fc.uuid(),
      app_id: appId,
      lsid: sid,
    },
    { requiredKeys: ['agent', 'sid', 'parent_sid', 'jti', 'parent_jti'] },
  )
  .map((members) => ({
    scope: [],
    delegated_at: '',
    delegatee: '',
    granted_scope: [],
    prev: '',
    kid: '',
    signature: '',
    ...members,
  }))

/** The `jti` of a token is never that of another session's, nor that of a token that has none. */
const token = fc.record({
  sid: fc.oneof({ weight: 5, arbitrary: sid }, fc.constant(undefined)),
  place: fc.nat({ max: 1 }),
})
const jtiOf = (own: { sid: string | undefined; place: number }) => `${own.sid}.${own.place}`

const claims: fc.Arbitrary<Claims> = fc
  .record(
    {
      token,
      sub: fc.oneof({ weight: 3, arbitrary: agent }, principal),
      iat: second,
      lsid: sid,
      app_id: appId,
      task_id: taskId,
      delegation_chain: fc.array(record, { minLength: 1, maxLength: maxDelegationDepth }),
    },
    { requiredKeys: ['token', 'sub', 'iat'] },
  )
  .map(({ token: own, iat, ...others }) => ({
    iss: '',
    scope: [],
    nbf: iat,
    iat,
    exp: expires,
    jti: jtiOf(own),
    ...(own.sid === undefined ? {} : { sid: own.sid }),
    ...others,
  }))

type Unnumbered = Omit<KeptRevocation, 'id' | 'seq' | 'actor' | 'revokedAt' | 'keepUntil'>

/** Whoever made it knew the token's session or did not; nobody releases what has none. */
const tokenEntry: fc.Arbitrary<Unnumbered> = fc
  .record({ token, knows: fc.boolean(), released: fc.boolean() })
  .map(({ token: own, knows, released }) => {
    const entry = { level: 'token', target: jtiOf(own), released: false } as const
    return knows && own.sid !== undefined ? { ...entry, sid: own.sid, released } : entry
  })

const named = (level: KeptRevocation['level'], target: fc.Arbitrary<string>) =>
  target.map((name): Unnumbered => ({ level, target: name, released: false }))

const permanent = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: tokenEntry },
    { weight: 2, arbitrary: named('agent', fc.oneof(agent, principal)) },
    named('chain', agent),
    named('app', appId),
  ),
  { maxLength: 4 },
)

/** Of one task: each was lifted before the next was made, the last perhaps not. */
const taskEntries = fc
  .record({ target: taskId, lifted: fc.array(second, { maxLength: 3 }), goesOn: fc.boolean() })
  .map(({ target, lifted, goesOn }) => {
    const entry: Unnumbered = { level: 'task', target, released: false }
    const over = lifted
      .toSorted((one, other) => one - other)
      .map((at) => ({ ...entry, liftedAt: at * 1000 }))
    return goesOn ? [...over, entry] : over
  })

/** As the store has them, oldest first. */
const entries = fc
  .tuple(
    permanent,
    fc.uniqueArray(taskEntries, { maxLength: 2, selector: (list) => list[0]?.target ?? '' }),
  )
  .map(([others, tasks]) => numbered([...others, ...tasks.flat()]))

function numbered(list: readonly Unnumbered[]): KeptRevocation[] {
  return list.map((entry, place) => ({
    ...entry,
    id: `e${place}`,
    actor: 'admin',
    seq: place + 1,
    revokedAt: 0,
    keepUntil: entry.level === 'task' ? untilLifted : expires,
  }))
}

test('the index finds a token dead exactly when an entry matches it by the protocol', () => {
  const seen = { dead: 0, alive: 0 }
  fc.assert(
    fc.property(entries, claims, (list, shown) => {
      const isDead = list.some((entry) => matchesRevocation(entry, shown))
      seen[isDead ? 'dead' : 'alive'] += 1
      assert.equal(new RevocationIndex(0, list).reasonDead(shown) !== undefined, isDead)
    }),
    { numRuns: 5000 },
  )
  assert.ok(Math.min(seen.dead, seen.alive) > 500, JSON.stringify(seen))
})

test('in whatever order entries and liftings are told, and told twice, the verdict is the same', () => {
  const told = entries.chain((list) => {
    const makings = list.map(({ liftedAt: _lifted, ...made }) => made)
    const all = [...list, ...makings]
    return fc.record({
      list: fc.constant(list),
      order: fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
    })
  })
  fc.assert(
    fc.property(told, claims, ({ list, order }, shown) => {
      const [inOrder, anyhow] = [new RevocationIndex(0, list), new RevocationIndex(0, order)]
      assert.equal(anyhow.reasonDead(shown), inOrder.reasonDead(shown))
      assert.equal(anyhow.size, inOrder.size)
    }),
    { numRuns: 3000 },
  )
})

test('forgetting what covers nothing alive changes no verdict on what is alive', () => {
  const short = entries.map((list) =>
    list.map((entry) => ({ ...entry, keepUntil: Math.min(entry.keepUntil, 5000) })),
  )
  fc.assert(
    fc.property(short, claims, (list, shown) => {
      const index = new RevocationIndex(0, list)
      index.forgetExpired(4_999_999)
      const early = { ...shown, exp: 5000 }
      const isDead = list.some((entry) => matchesRevocation(entry, early))
      assert.equal(index.reasonDead(early) !== undefined, isDead)
      index.forgetExpired(5_000_000)
      assert.notEqual(index.reasonDead(early), undefined)
      assert.equal(index.size, 0)
    }),
    { numRuns: 500 },
  )
})
