import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewAuditEvent } from '../../src/domain/audit/audit-event.ts'
import type { AuditFilter, AuditPage } from '../../src/domain/audit/audit-query.ts'
import { relatingTo } from '../../src/domain/audit/relation.ts'
import { noon, sampleEvent } from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

const jti = (number: number) => number.toString(16).padStart(32, '0')

/** Twelve seconds of a log: an event each, in turn of two agents, three types and two outcomes. */
function sampleTrail(): NewAuditEvent[] {
  const types = ['token_issued', 'token_released', 'scope_violation'] as const
  return Array.from({ length: 12 }, (_, place): NewAuditEvent => {
    const { detail, actor } = sampleEvent()
    return {
      detail,
      actor,
      event_type: types[place % 3] ?? 'token_issued',
      outcome: place % 3 === 2 ? 'denied' : 'success',
      ...(place % 2 === 0
        ? { agent_id: 'spiffe://even', task_id: 'even' }
        : { agent_id: 'spiffe://odd' }),
      ...(place % 4 === 0 ? { app_id: 'app-fourth' } : {}),
      jti: jti(Math.floor(place / 2)),
    }
  })
}

async function openTrail(kind: StoreKind): Promise<TestStore> {
  const place = await TestStore.open(kind)
  for (const event of sampleTrail()) {
    await place.store.audit.append([event])
    place.now += 1000
  }
  return place
}

async function numbers(
  { store }: TestStore,
  filter: AuditFilter,
  page: Partial<AuditPage> = {},
): Promise<{ shown: number[]; total: number | undefined; next: number | undefined }> {
  const found = await store.audit.list(filter, { limit: 100, offset: 0, isCounted: true, ...page })
  return { shown: found.events.map(({ seq }) => seq), total: found.total, next: found.next }
}

/** What a list of the audit trail finds, in which order, and how it is counted. */
export function auditQueryContract(kind: StoreKind): void {
  describe('audit queries', () => {
    test('every filter agrees with the events, alone and with any other', async () => {
      await using place = await openTrail(kind)
      const events = await place.store.audit.read(1, 100)
      const [since, until] = [noon + 3000, noon + 8500]
      const filters: readonly (readonly [
        AuditFilter,
        (event: (typeof events)[number]) => boolean,
      ])[] = [
        [{ agentId: 'spiffe://even' }, (event) => event.agent_id === 'spiffe://even'],
        [{ taskId: 'even' }, (event) => event.task_id === 'even'],
        [{ appId: 'app-fourth' }, (event) => event.app_id === 'app-fourth'],
        [{ eventType: 'token_released' }, (event) => event.event_type === 'token_released'],
        [{ outcome: 'denied' }, (event) => event.outcome === 'denied'],
        [{ outcome: 'success' }, (event) => event.outcome === 'success'],
        [{ jti: jti(2) }, (event) => event.jti === jti(2)],
        [{ credential: jti(2) }, (event) => event.jti === jti(2)],
        [{ since }, (event) => Date.parse(event.timestamp) >= since],
        [{ until }, (event) => Date.parse(event.timestamp) <= until],
        [{}, () => true],
      ]
      for (const [one, agreesWithOne] of filters) {
        for (const [other, agreesWithOther] of filters) {
          const wanted = events
            .filter((event) => agreesWithOne(event) && agreesWithOther(event))
            .map(({ seq }) => seq)
          const filter = { ...one, ...other }
          const isBoth =
            Object.keys(filter).length === Object.keys(one).length + Object.keys(other).length
          if (!isBoth) continue
          const { shown, total, next } = await numbers(place, filter)
          assert.deepEqual(shown, wanted, JSON.stringify(filter))
          assert.deepEqual([total, next], [wanted.length, undefined], JSON.stringify(filter))
        }
      }
    })

    test('a page begins at an offset or behind a number, and tells whether others follow', async () => {
      await using place = await openTrail(kind)
      assert.deepEqual(await numbers(place, {}, { limit: 5, offset: 3 }), {
        shown: [4, 5, 6, 7, 8],
        total: 12,
        next: 8,
      })
      const denied = { outcome: 'denied' } as const
      assert.deepEqual(await numbers(place, denied, { limit: 2, offset: 1 }), {
        shown: [6, 9],
        total: 4,
        next: 9,
      })
      assert.deepEqual(await numbers(place, denied, { limit: 3, after: 3, isCounted: false }), {
        shown: [6, 9, 12],
        total: undefined,
        next: undefined,
      })
      const late = { since: noon + 6000 }
      assert.deepEqual((await numbers(place, late, { limit: 2, after: 2 })).shown, [7, 8])
      assert.deepEqual((await numbers(place, late, { offset: 5 })).shown, [12])
      assert.deepEqual((await numbers(place, late, { offset: 6 })).shown, [])
      assert.deepEqual(await numbers(place, { since: noon + 60_000 }), {
        shown: [],
        total: 0,
        next: undefined,
      })
    })

    test('an event that cannot be proven keeps its place and is named instead of shown', async () => {
      await using place = await openTrail(kind)
      await place.sql.run("update audit_events set event_type = 'token_renewed' where seq = 7")
      const page = { limit: 3, offset: 5, isCounted: true }
      const found = await place.store.audit.list({}, page)
      assert.deepEqual(
        found.events.map(({ seq }) => seq),
        [6, 8],
      )
      assert.deepEqual(found.unproven, [7])
      assert.deepEqual([found.total, found.next], [12, 8])
    })

    test('a credential is followed through renewals to who gave it and what ended it', async () => {
      await using place = await TestStore.open(kind)
      const base = { actor: 'somebody', detail: 'x', outcome: 'success' } as const
      const steps: readonly (readonly [
        name: string,
        event: Omit<NewAuditEvent, keyof typeof base>,
      ])[] = [
        ['login', { event_type: 'app_authenticated', jti: jti(1) }],
        ['other login', { event_type: 'app_authenticated', jti: jti(2) }],
        ['launch', { event_type: 'launch_token_issued', jti: jti(1), relates_to: 'launch:one' }],
        [
          'issue',
          {
            event_type: 'token_issued',
            jti: jti(3),
            relates_to: 'launch:one',
            agent_id: 'a',
            task_id: 't',
          },
        ],
        [
          'renewal',
          { event_type: 'token_renewed', jti: jti(4), relates_to: jti(3), agent_id: 'a' },
        ],
        [
          'delegation',
          {
            event_type: 'delegation_created',
            jti: jti(5),
            relates_to: jti(4),
            agent_id: 'b',
            task_id: 't',
            original_principal: 'a',
          },
        ],
        [
          'renewal of the child',
          { event_type: 'token_renewed', jti: jti(6), relates_to: jti(5), agent_id: 'b' },
        ],
        [
          'sibling',
          {
            event_type: 'delegation_created',
            jti: jti(7),
            relates_to: jti(4),
            agent_id: 'c',
            task_id: 't',
            original_principal: 'a',
          },
        ],
        ['end of another task', { event_type: 'token_revoked', ...relatingTo('task', 'u') }],
        ['end of the chain', { event_type: 'token_revoked', ...relatingTo('chain', 'a') }],
        [
          'end of the login',
          { event_type: 'token_revoked', jti: jti(1), ...relatingTo('token', jti(1)) },
        ],
        ['use of the child', { event_type: 'scope_violation', jti: jti(5) }],
        ['use of the parent', { event_type: 'scope_violation', jti: jti(4) }],
      ]
      await place.store.audit.append(steps.map(([, event]) => ({ ...base, ...event })))
      const told = async (number: number) => {
        const { shown, total } = await numbers(place, { credential: jti(number) })
        assert.equal(total, shown.length)
        return shown.map((seq) => steps[seq - 1]?.[0])
      }
      const ofChild = [
        'login',
        'launch',
        'issue',
        'delegation',
        'renewal of the child',
        'end of the chain',
        'end of the login',
        'use of the child',
      ]
      assert.deepEqual(await told(5), ofChild)
      assert.deepEqual(await told(6), ofChild)
      const ofParent = [
        'login',
        'launch',
        'issue',
        'renewal',
        'delegation',
        'sibling',
        'end of the chain',
        'end of the login',
        'use of the parent',
      ]
      assert.deepEqual(await told(3), ofParent)
      assert.deepEqual(await told(4), ofParent)
      assert.deepEqual(await told(2), ['other login'])
      assert.deepEqual(await told(9), [])
    })

    test('what an event relates to stands beside it, not in it', async () => {
      await using place = await TestStore.open(kind)
      await place.store.audit.append([{ ...sampleEvent(), relates_to: 'launch:one' }])
      const [event] = await place.store.audit.read(1, 1)
      assert.ok(event !== undefined && !('relates_to' in event))
      await place.sql.run("update audit_events set relates_to = 'launch:two'")
      assert.deepEqual(await place.store.audit.read(1, 1), [])
    })
  })
}
