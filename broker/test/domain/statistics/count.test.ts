import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDetail, revocationLevels } from '@agentwrit/protocol'
import { countOf, type CountedEvent } from '../../../src/domain/statistics/count.ts'

const agent = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'

const success = (event: Partial<CountedEvent>): CountedEvent => ({
  event_type: 'token_issued',
  actor: agent,
  detail: '',
  outcome: 'success',
  ...event,
})

const effect = (level: string, count: number) =>
  success({
    event_type: 'revocation_effect',
    detail: formatDetail('live tokens killed', { revocation: 'a', level, count }),
  })

const cases: readonly [CountedEvent, string][] = [
  [success({ event_type: 'admin_auth', actor: 'admin' }), 'issued admin: 1'],
  [success({ event_type: 'token_issued', actor: 'operator:ann' }), 'issued admin: 1'],
  [success({ event_type: 'app_authenticated', actor: 'app:a' }), 'issued app: 1'],
  [success({ event_type: 'token_issued' }), 'issued agent: 1'],
  [success({ event_type: 'token_renewed', deleg_depth: 2 }), 'issued delegated: 1'],
  [success({ event_type: 'delegation_created', deleg_depth: 1 }), 'issued delegated: 1'],
  [success({ event_type: 'token_released' }), 'killed release: 1'],
  [success({ event_type: 'agent_registered' }), 'nothing'],
  [success({ event_type: 'token_revoked', detail: 'revoked | level=task' }), 'nothing'],
  [success({ event_type: 'launch_token_issued', detail: 'x | count=9' }), 'nothing'],
  ...revocationLevels.map((level): [CountedEvent, string] => [
    effect(level, 7),
    `killed ${level}: 7`,
  ]),
  [effect('release', 4), 'killed release: 3'],
  [effect('task', 0), 'nothing'],
  [effect('everything', 3), 'nothing'],
  [success({ event_type: 'revocation_effect', detail: 'no parts' }), 'nothing'],
]

for (const [event, counts] of cases) {
  test(`${event.event_type} of ${event.actor} (${event.detail}) counts as ${counts}`, () => {
    const count = countOf(event)
    assert.equal(count === undefined ? 'nothing' : `${count.series}: ${count.times}`, counts)
  })
}

test('a refusal counts as often as it says, and never as what was refused', () => {
  const denied = { ...success({ event_type: 'admin_auth' }), outcome: 'denied' } as const
  assert.deepEqual(countOf(denied), { series: 'refused admin_auth', times: 1 })
  assert.deepEqual(countOf({ ...denied, repeat_count: 500 }), {
    series: 'refused admin_auth',
    times: 500,
  })
})

test('a value in a detail adds no part', () => {
  const detail = formatDetail('live tokens killed', {
    revocation: 'x | level=task | count=99',
    level: 'agent',
    count: 2,
  })
  const event = success({ event_type: 'revocation_effect', detail })
  assert.deepEqual(countOf(event), { series: 'killed agent', times: 2 })
})
