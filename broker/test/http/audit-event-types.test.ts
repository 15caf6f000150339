// Every event type of contract 5.2, provoked through the front door, with the members that 5.1 asks for.
// Without `resource_accessed`, which no broker writes, and the two of the system's own: epochs and retention.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { auditEventTypes, type AuditEvent, type AuditEventType } from '@agentwrit/protocol'
import { eventsSince } from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { admissionCases } from './audit-cases-of-admission.ts'
import { tokenCases } from './audit-cases-of-tokens.ts'
import { makeWorld } from './audit-world.ts'
import { changesBy } from './metrics-page.ts'

const cases = { ...admissionCases, ...tokenCases }

/** No running broker writes the first two (contract 8); retention has its own tests. */
const unprovoked: readonly AuditEventType[] = ['resource_accessed', 'epoch_changed', 'audit_pruned']

test('no event type is forgotten', () => {
  const provoked = auditEventTypes.filter((type) => !unprovoked.includes(type))
  assert.deepEqual(Object.keys(cases).toSorted(), provoked.toSorted())
})

let shared: TestBroker | undefined

before(async () => {
  shared = await testBroker()
})

after(() => shared?.[Symbol.asyncDispose]())

for (const [type, { provoke, members, detail }] of Object.entries(cases)) {
  test(`${type} tells who did what, for whom, from where, and how it ended`, async () => {
    assert.ok(shared !== undefined)
    const broker = shared
    // Nobody is throttled because of the case before.
    broker.advance(20_000)
    const world = await makeWorld(broker)
    const start = await broker.broker.context.store.audit.count()
    const changes = await changesBy(broker, () => provoke(world))
    const made = await eventsSince(broker, start)
    const event = made.findLast((one) => one.event_type === type)
    assert.ok(event, `not written; but ${made.map((one) => one.event_type).join(', ')}`)
    assert.deepEqual(countedEvents(changes), countEvents(made))
    for (const [name, value] of Object.entries(members(world, event))) {
      assert.deepEqual(event[name as keyof AuditEvent], value, name)
    }
    assert.match(event.request_id ?? '', /^[0-9a-f]{16}$/)
    assert.equal(event.source_ip, '127.0.0.1')
    assert.match(event.detail, detail?.(world) ?? /./)
    assert.deepEqual(
      Object.entries(event).filter(([, value]) => value === '' || value === 0),
      [],
    )
  })
}

/** By type, as the metrics have counted them. */
function countedEvents(changes: Readonly<Record<string, number>>): Record<string, number> {
  const counted = Object.entries(changes).flatMap(([series, change]) => {
    const type = /^agentwrit_audit_events_total\{event_type="(\w+)"\}$/.exec(series)?.[1]
    return type === undefined ? [] : [[type, change] as const]
  })
  return Object.fromEntries(counted)
}

function countEvents(events: readonly AuditEvent[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { event_type: type } of events) counts[type] = (counts[type] ?? 0) + 1
  return counts
}
