import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewAuditEvent } from '../../../src/domain/audit/audit-event.ts'
import type { Refusal } from '../../../src/domain/audit/refusal.ts'
import { Refusals } from '../../../src/domain/audit/refusals.ts'

const wrongSecret: Refusal = {
  event: { event_type: 'admin_auth_failed', actor: 'anonymous', outcome: 'denied', detail: 'x' },
}

const from = (sourceIp: string, route = '/v1/admin/auth') => ({
  requestId: '0123456789abcdef',
  sourceIp,
  route,
})

function recorder() {
  const written: NewAuditEvent[] = []
  const errors: string[] = []
  let now = 1_000_000
  let isBroken = false
  const refusals = new Refusals({
    clock: () => now,
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (_fields, message) => void errors.push(message),
    },
    audit: {
      append: async (events) => {
        if (isBroken) throw new Error('no space')
        written.push(...events)
      },
    },
  })
  return {
    refusals,
    written,
    errors,
    pass: (milliseconds: number) => (now += milliseconds),
    breakAudit: (broken = true) => (isBroken = broken),
    total: () => written.reduce((sum, event) => sum + (event.repeat_count ?? 1), 0),
  }
}

test('the first refusal of a group is written at once, its repeats as one event a minute with their number', async () => {
  const { refusals, written, pass } = recorder()
  for (let i = 0; i < 1000; i += 1) await refusals.record(from('192.0.2.1'), wrongSecret)
  assert.equal(written.length, 1)
  pass(60_000)
  await refusals.flushDue()
  assert.equal(written.length, 2)
  assert.equal(written[0]?.repeat_count, undefined)
  assert.equal(written[1]?.repeat_count, 999)
})

test('an attack that goes on costs one event a minute', async () => {
  const { refusals, written, pass } = recorder()
  for (let minute = 0; minute < 10; minute += 1) {
    for (let i = 0; i < 100; i += 1) await refusals.record(from('192.0.2.1'), wrongSecret)
    pass(60_000)
  }
  await refusals.flushAll()
  assert.equal(written.length, 11)
})

test('groups differ by event type, by route and by source', async () => {
  const { refusals, written } = recorder()
  await refusals.record(from('192.0.2.1'), wrongSecret)
  await refusals.record(from('192.0.2.2'), wrongSecret)
  await refusals.record(from('192.0.2.1', '/v1/register'), wrongSecret)
  const other = { event: { ...wrongSecret.event, event_type: 'registration_failed' as const } }
  await refusals.record(from('192.0.2.1'), other)
  assert.equal(written.length, 4)
})

test('all addresses of one IPv6 /64 are one source', async () => {
  const { refusals, written } = recorder()
  await refusals.record(from('2001:db8:0:1::1'), wrongSecret)
  await refusals.record(from('2001:db8::1:ffff:0:0:9'), wrongSecret)
  await refusals.record(from('2001:db8:0:2::1'), wrongSecret)
  assert.equal(written.length, 2)
})

test('a verified bearer is one group wherever it comes from', async () => {
  const { refusals, written } = recorder()
  const refusal = { ...wrongSecret, verifiedJti: 'a'.repeat(32) }
  await refusals.record(from('192.0.2.1'), refusal)
  await refusals.record(from('192.0.2.2'), refusal)
  assert.equal(written.length, 1)
})

test('ten thousand anonymous sources write at most 600 events a minute and the overflow group, and no count is lost', async () => {
  const { refusals, written, pass, total } = recorder()
  const sources = 10_000
  const rounds = 3
  for (let round = 0; round < rounds; round += 1) {
    const before = written.length
    for (let i = 0; i < sources; i += 1) {
      await refusals.record(from(`10.0.${i >> 8}.${i & 255}`), wrongSecret)
      await refusals.record(from(`10.0.${i >> 8}.${i & 255}`), wrongSecret)
    }
    assert.ok(written.length - before <= 602, `${written.length - before} events in a minute`)
    pass(60_000)
  }
  await refusals.flushAll()
  assert.equal(total(), sources * rounds * 2)
})

test('what is kept apart is told under a flood, too, and costs one group more', async () => {
  const { refusals, written, total } = recorder()
  const forged: Refusal = { event: { ...wrongSecret.event, detail: 'forged' }, apart: 'forged' }
  const sources = 700
  for (let i = 0; i < sources; i += 1) {
    await refusals.record(from(`10.0.${i >> 8}.${i & 255}`), wrongSecret)
  }
  for (let i = 0; i < 5; i += 1) await refusals.record(from(`10.1.0.${i}`), forged)
  await refusals.record(from('10.2.0.1'), wrongSecret)
  assert.equal(written.filter(({ detail }) => detail === 'forged').length, 1)
  assert.equal(written.length, 602)
  await refusals.flushAll()
  assert.equal(
    written.find(({ detail, repeat_count }) => detail === 'forged' && repeat_count)?.repeat_count,
    4,
  )
  assert.equal(total(), sources + 6)
})

test('memory holds ten thousand groups at most, and verified callers beyond that are still counted', async () => {
  const { refusals, written, total } = recorder()
  for (let i = 0; i < 12_000; i += 1) {
    const verifiedJti = i.toString(16).padStart(32, '0')
    await refusals.record(from('192.0.2.1'), { ...wrongSecret, verifiedJti })
  }
  assert.equal(written.length, 10_001)
  await refusals.flushAll()
  assert.equal(total(), 12_000)
})

test('a refusal that cannot be written is logged and keeps its status', async () => {
  const { refusals, errors, breakAudit } = recorder()
  breakAudit()
  await refusals.record(from('192.0.2.1'), wrongSecret)
  assert.equal(errors.length, 1)
})

test('counts that could not be written are told later', async () => {
  const { refusals, pass, breakAudit, total } = recorder()
  for (let i = 0; i < 10; i += 1) await refusals.record(from('192.0.2.1'), wrongSecret)
  pass(60_000)
  breakAudit()
  for (let i = 0; i < 5; i += 1) await refusals.record(from('192.0.2.1'), wrongSecret)
  await refusals.record(from('192.0.2.2'), wrongSecret)
  breakAudit(false)
  pass(60_000)
  await refusals.flushDue()
  await refusals.flushAll()
  assert.equal(total(), 16)
})

test('a clock that is set back delays no summary and refills no budget', async () => {
  const { refusals, written, pass } = recorder()
  for (let i = 0; i < 10; i += 1) await refusals.record(from('192.0.2.1'), wrongSecret)
  pass(-3_600_000)
  await refusals.record(from('192.0.2.1'), wrongSecret)
  pass(60_000)
  await refusals.flushDue()
  assert.deepEqual(
    written.map((event) => event.repeat_count),
    [undefined, 10],
  )
})
