import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import {
  matchesRevocation,
  publishedLineage,
  readRevocationEvent,
  RevocationFollower,
  type Claims,
  type PublishedRevocation,
  type RevocationSnapshot,
  type RevocationStreamEvent,
} from '@agentwrit/protocol'
import * as fc from 'fast-check'
import { history, lineages, toPublishedEntry, type Entry } from './revocation-history.ts'

const epoch = '0123456789abcdef'
const later = '2026-01-02T03:04:05.600Z'

test('the follower says of every token what the entries say, in the order in which they come', async () => {
  await fc.assert(
    fc.asyncProperty(history, fc.array(lineages, { minLength: 1 }), async (entries, tokens) => {
      const follower = begun()
      const standing = new Map<string, Entry>()
      for (const [place, entry] of entries.entries()) {
        standing.set(entry.id, entry)
        assert.ok(follower.take(change(place + 1, toPublishedEntry(entry))))
      }
      for (const claims of tokens) {
        const isDead = [...standing.values()].some((entry) => matchesRevocation(entry, claims))
        assert.equal(follower.isDead(await lineageOf(claims)), isDead)
      }
    }),
  )
})

test('whoever begins with a snapshot knows the same as who has followed from the beginning', () => {
  fc.assert(
    fc.property(history, fc.nat(), (entries, cut) => {
      const followed = begun()
      const place = cut % (entries.length + 1)
      const [before, after] = [entries.slice(0, place), entries.slice(place)]
      const standing = new Map(before.map((entry) => [entry.id, entry]))
      const resumed = begun([...standing.values()].map(toPublishedEntry), place)
      for (const [index, entry] of entries.entries()) {
        followed.take(change(index + 1, toPublishedEntry(entry)))
      }
      for (const [index, entry] of after.entries()) {
        resumed.take(change(place + index + 1, toPublishedEntry(entry)))
      }
      assert.deepEqual(resumed.facts?.toJSON(), followed.facts?.toJSON())
      assert.equal(resumed.lastEventId, followed.lastEventId)
    }),
  )
})

test('before a whole snapshot has come everything is dead', async () => {
  const follower = new RevocationFollower()
  const lineage = await lineageOf(sampleClaims())
  assert.equal(follower.isDead(lineage), true)
  assert.equal(follower.lastEventId, undefined)
  assert.ok(follower.take(part({ part: 1, parts: 2 })))
  assert.equal(follower.isDead(lineage), true)
  assert.ok(follower.take(part({ part: 2, parts: 2 })))
  assert.equal(follower.isDead(lineage), false)
  assert.equal(follower.lastEventId, `${epoch}.0`)
})

test('a number that is missing unmakes all knowledge, one that comes twice nothing', async () => {
  const lineage = await lineageOf(sampleClaims())
  const fact = { action: 'supersede', jti: 'f'.repeat(32), exp: 9000 } as const
  for (const missed of [change(2, fact), fresh(1), part({ part: 2, parts: 2 })]) {
    const follower = begun()
    assert.equal(follower.isDead(lineage), false)
    assert.equal(follower.take(missed), false)
    assert.equal(follower.isDead(lineage), true)
    assert.equal(follower.lastEventId, undefined)
    assert.equal(follower.asOf, undefined)
  }
  const follower = begun()
  assert.ok(follower.take(change(1, fact)))
  assert.ok(follower.take(change(1, { ...fact, exp: 9999 })))
  assert.deepEqual(follower.facts?.toJSON()['superseded'], [[fact.jti, 9000]])
})

test('a state of another epoch is not fresh', () => {
  const follower = begun()
  assert.ok(follower.take(fresh(0)))
  assert.equal(follower.asOf, Date.parse(later))
  assert.equal(follower.take(fresh(0, 'fedcba9876543210')), false)
})

test('what was issued before the epoch is dead', async () => {
  const claims = sampleClaims()
  const follower = new RevocationFollower()
  follower.take(part({ not_before: claims.iat }))
  assert.equal(follower.isDead(await lineageOf(claims)), false)
  follower.take(part({ not_before: claims.iat + 1 }))
  assert.equal(follower.isDead(await lineageOf(claims)), true)
  // The stream of a broker that is still in the epoch before does not revive it.
  follower.forget()
  follower.take(part({ not_before: claims.iat }))
  assert.equal(follower.isDead(await lineageOf(claims)), true)
})

test('whoever could not take a change has not had it', () => {
  const follower = begun()
  const bad = { action: 'supersede', jti: 'no hex', exp: 9000 } as const
  assert.throws(() => follower.take(change(1, bad)), TypeError)
  assert.equal(follower.lastEventId, `${epoch}.0`)
})

test('a superseded token is dead, and so is what an ended key has signed', async () => {
  const claims = sampleClaims()
  const superseding = begun([{ action: 'supersede', jti: claims.jti, exp: claims.exp }])
  assert.equal(superseding.isDead(await lineageOf(claims)), true)
  const retiring = begun([{ action: 'retire_key', kid: 'k' }])
  assert.equal(retiring.isDead(await lineageOf(claims)), true)
  assert.equal(retiring.isDead(await lineageOf(claims, 'another')), false)
})

test('what covers nothing alive is forgotten, but ended keys are not', async () => {
  const claims = sampleClaims()
  const follower = begun([
    { action: 'supersede', jti: claims.jti, exp: claims.exp },
    { action: 'retire_key', kid: 'stolen' },
  ])
  follower.forgetExpired(claims.exp * 1000 - 1)
  assert.equal(follower.facts?.size, 2)
  follower.forgetExpired(claims.exp * 1000)
  assert.equal(follower.facts?.size, 1)
  // A clock that steps back does not revive it.
  assert.equal(follower.isDead(await lineageOf(claims)), true)
})

test('more than it may keep is too much: then nothing is known', () => {
  const follower = new RevocationFollower({ limit: 1 })
  const facts = ['a', 'b'].map((kid) => ({ action: 'retire_key', kid }) as const)
  assert.equal(follower.take(part({ entries: facts.slice(0, 1) })), true)
  assert.equal(follower.take(part({ entries: facts })), false)
  assert.equal(follower.facts, undefined)
})

test('events that cannot be judged are none', () => {
  const good = {
    seq: 1,
    action: 'revoke',
    id: 'e',
    level: 'task',
    target: 'a'.repeat(64),
    revoked_at: later,
    exp: 9000,
  }
  assert.deepEqual(read('revocation', good), { event: 'revocation', data: good })
  for (const spoilt of [
    { level: 'galaxy' },
    { action: 'forgive' },
    { action: 'lift' },
    { target: 'october' },
    { seq: 0 },
    { exp: '9000' },
    { sid: 'x' },
  ]) {
    assert.equal(read('revocation', { ...good, ...spoilt }), undefined)
  }
  assert.equal(read('fresh', { seq: 1, epoch, as_of: 'now' }), undefined)
  assert.equal(read('snapshot', { ...snapshotOf(), entries: [{ action: 'revoke' }] }), undefined)
  assert.equal(read('another', good), undefined)
  assert.equal(readRevocationEvent({ event: 'fresh', data: '{' }), undefined)
})

function read(event: string, data: object) {
  return readRevocationEvent({ event, data: JSON.stringify(data) })
}

function begun(entries: PublishedRevocation[] = [], seq = 0): RevocationFollower {
  const follower = new RevocationFollower()
  assert.ok(follower.take(part({ entries, seq })))
  return follower
}

function snapshotOf(members: Partial<RevocationSnapshot> = {}): RevocationSnapshot {
  return { seq: 0, epoch, not_before: 0, at: 0, part: 1, parts: 1, entries: [], ...members }
}

function part(members: Partial<RevocationSnapshot>): RevocationStreamEvent {
  return { event: 'snapshot', data: snapshotOf(members) }
}

function change(seq: number, fact: PublishedRevocation): RevocationStreamEvent {
  return { event: 'revocation', data: { seq, ...fact } }
}

function fresh(seq: number, ofEpoch = epoch): RevocationStreamEvent {
  return { event: 'fresh', data: { seq, epoch: ofEpoch, as_of: later } }
}

function sampleClaims(): Claims {
  return {
    iss: '',
    sub: 'spiffe://a/agent/o/t/1',
    iat: 1000,
    nbf: 1000,
    exp: 2000,
    jti: 'a'.repeat(32),
    sid: 'b'.repeat(32),
    scope: ['read:data:*'],
  }
}

function lineageOf(claims: Claims, kid = 'k') {
  return publishedLineage({ claims, kid }, sha256)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
