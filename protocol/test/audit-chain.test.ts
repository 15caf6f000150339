import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import * as fc from 'fast-check'
import { verifyAuditChain } from '../src/audit-chain.ts'
import {
  auditEventId,
  auditEventTypes,
  auditHashInput,
  genesisHash,
  type AuditEvent,
} from '../src/audit-event.ts'

const events = makeChain(12)

test('an intact chain verifies, with a hash that answers at once or later', async () => {
  const result = { ok: true, events_checked: 12, head: headOf(events) }
  assert.deepEqual(await verifyAuditChain(events, sha256), result)
  assert.deepEqual(await verifyAuditChain(events, (text) => Promise.resolve(sha256(text))), result)
})

test('a chain may be read as a stream', async () => {
  assert.equal((await verifyAuditChain(stream(), sha256)).ok, true)
})

test('checking may start anywhere behind a known event', async () => {
  const known = headOf(events.slice(0, 5))
  assert.deepEqual(await verifyAuditChain(events.slice(5), sha256, known), {
    ok: true,
    events_checked: 7,
    head: headOf(events),
  })
  const forged = { ...known, hash: sha256('forged') }
  assert.deepEqual((await verifyAuditChain(events.slice(5), sha256, forged)).error, {
    seq: 6,
    reason: 'link',
  })
})

test('an empty log is intact', async () => {
  const head = { seq: 0, hash: genesisHash }
  assert.deepEqual(await verifyAuditChain([], sha256), { ok: true, events_checked: 0, head })
})

test('the first broken event is named, and the head is the last intact one', async () => {
  const forged = events.with(6, { ...at(6), detail: 'nothing happened' })
  assert.deepEqual(await verifyAuditChain(forged, sha256), {
    ok: false,
    events_checked: 6,
    head: headOf(events.slice(0, 6)),
    error: { seq: 7, reason: 'hash' },
  })
})

test('an edited event that is hashed again breaks the link behind it', async () => {
  const edited = { ...at(6), actor: 'system' }
  const forged = events.with(6, { ...edited, hash: sha256(auditHashInput(edited)) })
  assert.deepEqual((await verifyAuditChain(forged, sha256)).error, { seq: 8, reason: 'link' })
})

test('an event that cannot be read is a fault, not an exception', async () => {
  const broken: unknown[] = [null, undefined, { ...at(0), detail: '\ud800' }, { ...at(0), x: 1n }]
  for (const event of broken) {
    const result = await verifyAuditChain([event as AuditEvent], sha256)
    assert.deepEqual(result.error, { seq: 1, reason: 'unreadable' })
  }
  for (const event of ['text', [], 7]) {
    const result = await verifyAuditChain([event as unknown as AuditEvent], sha256)
    assert.equal(result.ok, false)
  }
})

test('a chain that does not start at 1 is broken', async () => {
  assert.deepEqual((await verifyAuditChain(events.slice(1), sha256)).error, {
    seq: 1,
    reason: 'sequence',
  })
})

const place = fc.nat(events.length - 1)

test('editing any member of any event is found', async () => {
  await fc.assert(
    fc.asyncProperty(place, fc.nat(), fc.string(), async (index, member, value) => {
      const event = at(index)
      const names = Object.keys(event)
      const name = names[member % names.length] ?? ''
      fc.pre(Reflect.get(event, name) !== value)
      await assertBroken(events.with(index, { ...event, [name]: value }))
    }),
  )
})

test('adding a member to, or dropping one from, any event is found', async () => {
  await fc.assert(
    fc.asyncProperty(place, fc.nat(), async (index, member) => {
      const event = at(index)
      await assertBroken(events.with(index, { ...event, resource: '/v1/register' }))
      const entries = Object.entries(event)
      const dropped: unknown = Object.fromEntries(entries.toSpliced(member % entries.length, 1))
      await assertBroken(events.with(index, dropped as AuditEvent))
    }),
  )
})

test('a hidden __proto__ member is covered by the hash', async () => {
  const text = JSON.stringify(at(3)).replace('{', '{"__proto__":{"outcome":"denied"},')
  await assertBroken(events.with(3, JSON.parse(text) as AuditEvent))
})

test('removing any events but the last ones is found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(events.length - 2), fc.integer({ min: 1, max: 5 }), async (from, n) => {
      const kept = events.toSpliced(from, Math.min(n, events.length - 1 - from))
      await assertBroken(kept)
    }),
  )
})

test('cutting off the end is seen by the head alone', async () => {
  const result = await verifyAuditChain(events.slice(0, -1), sha256)
  assert.equal(result.ok, true)
  assert.notDeepEqual(result.head, headOf(events))
})

test('swapping any two events is found', async () => {
  await fc.assert(
    fc.asyncProperty(place, place, async (one, other) => {
      fc.pre(one !== other)
      await assertBroken(events.with(one, at(other)).with(other, at(one)))
    }),
  )
})

test('repeating or inserting an event anywhere is found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(events.length), place, async (where, which) => {
      await assertBroken(events.toSpliced(where, 0, at(which)))
    }),
  )
})

test('an event id is the number with at least six digits', () => {
  assert.equal(auditEventId(1), 'evt-000001')
  assert.equal(auditEventId(999_999), 'evt-999999')
  assert.equal(auditEventId(1_000_000), 'evt-1000000')
})

test('there are 38 event types, each named once', () => {
  assert.equal(new Set(auditEventTypes).size, 38)
  assert.equal(auditEventTypes.length, 38)
  assert.equal(auditEventTypes[24], 'resource_accessed')
})

async function* stream(): AsyncGenerator<AuditEvent> {
  for (const event of events) {
    await Promise.resolve()
    yield event
  }
}

function makeChain(length: number): AuditEvent[] {
  const chain: AuditEvent[] = []
  for (let seq = 1; seq <= length; seq++) {
    const event = {
      id: auditEventId(seq),
      seq,
      timestamp: new Date(1_767_323_045_000 + seq).toISOString(),
      event_type: 'token_issued' as const,
      detail: `token issued | jti=${String(seq).padStart(32, '0')}`,
      actor: 'admin',
      outcome: 'success' as const,
      prev_hash: chain.at(-1)?.hash ?? genesisHash,
    }
    chain.push({ ...event, hash: sha256(auditHashInput(event)) })
  }
  return chain
}

function at(index: number): AuditEvent {
  const event = events[index]
  assert.ok(event)
  return event
}

function headOf(chain: readonly AuditEvent[]): { seq: number; hash: string } {
  return { seq: chain.length, hash: chain.at(-1)?.hash ?? genesisHash }
}

async function assertBroken(chain: readonly AuditEvent[]): Promise<void> {
  assert.equal((await verifyAuditChain(chain, sha256)).ok, false)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
