// GET /v1/audit/events: who reads what of the trail, how it is filtered and paged (contract 4.8).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEvent } from '@agentwrit/protocol'
import { registerApp } from '../apps.ts'
import { ask, assertProblem, type Answer } from '../ask.ts'
import { agentOf, signInAdmin, signInApp, type Held } from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const path = '/v1/audit/events'

function list(broker: TestBroker, { token: bearer }: Held, query = ''): Promise<Answer> {
  return ask(broker, 'GET', `${path}${query}`, { bearer })
}

function eventsOf({ status, body }: Answer): AuditEvent[] {
  assert.equal(status, 200, JSON.stringify(body))
  const { events } = body
  assert.ok(Array.isArray(events))
  return events
}

const numbersOf = (answer: Answer) => eventsOf(answer).map(({ seq }) => seq)

describe('filters', () => {
  test('each narrows the list to the events that agree, and the total counts them', async () => {
    await using broker = await testBroker()
    const admin = await signInAdmin(broker)
    const one = await agentOf(broker, admin, 'october')
    broker.advance(1000)
    const other = await agentOf(broker, admin, 'november')
    assertProblem(await ask(broker, 'GET', path, { bearer: one.token }), 403, 'insufficient_scope')
    const all = eventsOf(await list(broker, admin))
    assert.deepEqual(
      all.map(({ seq }) => seq),
      all.map((_, place) => place + 1),
    )
    const expect = async (query: string, agrees: (event: AuditEvent) => boolean) => {
      const answer = await list(broker, admin, `?${query}`)
      const wanted = all.filter(agrees)
      assert.deepEqual(eventsOf(answer), wanted, query)
      assert.equal(answer.body['total'], wanted.length, query)
      assert.ok(wanted.length > 0 && wanted.length < all.length, query)
    }
    const { sub, jti } = one.claims
    const agentId = encodeURIComponent(sub)
    const second = all.find(({ task_id: task }) => task === 'november')?.timestamp ?? ''
    await expect(`agent_id=${agentId}`, (event) => event.agent_id === sub)
    await expect('task_id=november', (event) => event.task_id === 'november')
    await expect('event_type=token_issued', (event) => event.event_type === 'token_issued')
    await expect('outcome=denied', (event) => event.outcome === 'denied')
    await expect('outcome=success', (event) => event.outcome === 'success')
    await expect(`jti=${jti}`, (event) => event.jti === jti)
    await expect(`since=${second}`, (event) => event.timestamp >= second)
    await expect(`until=${second.replace('.600', '.599')}`, (event) => event.timestamp < second)
    await expect(`since=${second}&until=${second}`, (event) => event.timestamp === second)
    await expect(
      `agent_id=${agentId}&outcome=denied&event_type=scope_violation`,
      (event) => event.agent_id === sub && event.event_type === 'scope_violation',
    )
    await expect(
      `outcome=success&task_id=november&jti=${other.claims.jti}`,
      (event) => event.jti === other.claims.jti,
    )
    for (const query of [
      'agent_id=nobody',
      'since=2030-01-01T00:00:00Z',
      'event_type=audit_pruned',
    ]) {
      const answer = await list(broker, admin, `?${query}`)
      assert.deepEqual(answer.body, { events: [], total: 0, offset: 0, limit: 100 }, query)
    }
  })

  test('a time is RFC 3339 with any zone, and both ends belong to the interval', async () => {
    await using broker = await testBroker()
    // The admin signs in at 03:04:05.600.
    const admin = await signInAdmin(broker)
    const found = async (query: string) => numbersOf(await list(broker, admin, query)).length
    assert.equal(await found('?since=2026-01-02T03:04:05.6Z'), 1)
    assert.equal(await found('?since=2026-01-02t04:04:05.600%2B01:00'), 1)
    assert.equal(await found('?since=2026-01-02T03:04:05.6000001Z'), 0)
    assert.equal(await found('?until=2026-01-01T23:04:05.600-04:00'), 1)
    assert.equal(await found('?until=2026-01-02T03:04:05.6009Z'), 1)
    assert.equal(await found('?until=2026-01-02T03:04:05.599999Z'), 0)
  })

  test('a bad one is refused, and the answer names it', async () => {
    await using broker = await testBroker()
    const admin = await signInAdmin(broker)
    for (const [parameter, query] of [
      ['event_type', 'event_type=everything'],
      ['event_type', 'event_type='],
      ['outcome', 'outcome=maybe'],
      ['outcome', 'outcome=success&outcome=denied'],
      ['since', 'since=yesterday'],
      ['since', 'since=2026-01-02'],
      ['since', 'since=2026-02-30T00:00:00Z'],
      ['since', 'since=2026-01-02T24:00:00Z'],
      ['since', 'since=2026-01-02T03:04:05'],
      ['since', 'since=2026-01-02T03:04:05+01:00'],
      ['until', 'until=1767323045'],
      ['until', 'until=2026-01-02T03:04:05%2B99:00'],
      ['limit', 'limit=-1'],
      ['limit', 'limit=ten'],
      ['offset', 'offset=-1'],
      ['offset', 'offset=1.5'],
      ['offset', 'offset=99999999999999999999'],
      ['offset', 'offset=0&cursor=1'],
      ['cursor', 'cursor=x'],
      ['cursor', 'cursor=-1'],
      ['cursor', 'cursor=0'],
      ['total', 'total=no'],
      ['agent_id', 'agent_id='],
    ] as const) {
      const answer = await list(broker, admin, `?${query}`)
      assertProblem(answer, 400, 'invalid_request')
      assert.ok(String(answer.body['detail']).includes(parameter), String(answer.body['detail']))
    }
  })
})

describe('pages', () => {
  test('by cursor and by offset show every event once, whatever happens meanwhile', async () => {
    await using broker = await testBroker()
    const admin = await signInAdmin(broker)
    for (let agent = 0; agent < 4; agent += 1) await agentOf(broker, admin)
    const wanted = numbersOf(await list(broker, admin))
    const byCursor: number[] = []
    let query = '?limit=5'
    for (let isMore = true; isMore;) {
      const answer = await list(broker, admin, query)
      byCursor.push(...numbersOf(answer))
      assert.equal(answer.body['limit'], 5)
      assert.equal(answer.body['offset'], 0)
      const { next_cursor: next } = answer.body
      isMore = next !== undefined && byCursor.length < wanted.length
      query = `?limit=5&cursor=${String(next)}`
      if (byCursor.length < 6) await agentOf(broker, admin)
    }
    assert.deepEqual(byCursor.slice(0, wanted.length), wanted)
    const byOffset: number[] = []
    for (let offset = 0; offset < wanted.length; offset += 5) {
      const answer = await list(broker, admin, `?limit=5&offset=${offset}`)
      assert.equal(answer.body['offset'], offset)
      byOffset.push(...numbersOf(answer))
    }
    assert.deepEqual(byOffset.slice(0, wanted.length), wanted)
    const types = '?event_type=token_issued'
    const issued = numbersOf(await list(broker, admin, types))
    assert.deepEqual(numbersOf(await list(broker, admin, `${types}&offset=1`)), issued.slice(1))
    const [first] = issued
    assert.deepEqual(
      numbersOf(await list(broker, admin, `${types}&cursor=${first}`)),
      issued.slice(1),
    )
  })

  test('hold at most 1000 events, and 100 unless asked; the total can be left out', async () => {
    await using broker = await testBroker()
    const admin = await signInAdmin(broker)
    const event = {
      event_type: 'admin_auth',
      actor: 'admin',
      outcome: 'success',
      detail: 'x',
    } as const
    const many = Array.from({ length: 1100 }, () => event)
    await broker.broker.context.store.audit.append(many)
    for (const [query, limit] of [
      ['', 100],
      ['?limit=0', 100],
      ['?limit=5000', 1000],
    ] as const) {
      const answer = await list(broker, admin, query)
      assert.equal(answer.body['limit'], limit)
      assert.equal(eventsOf(answer).length, limit)
      assert.equal(answer.body['total'], 1101)
      assert.equal(answer.body['next_cursor'], String(limit))
    }
    const last = await list(broker, admin, '?total=false&offset=1100')
    assert.deepEqual(numbersOf(last), [1101])
    assert.deepEqual(Object.keys(last.body).toSorted(), ['events', 'limit', 'offset'])
  })
})

describe('readers', () => {
  test('an app sees the events with its own app_id alone, whatever it asks for', async () => {
    await using broker = await testBroker()
    const admin = await signInAdmin(broker)
    const made = [await registerApp(broker), await registerApp(broker)] as const
    const [own, foreign] = [await signInApp(broker, made[0]), await signInApp(broker, made[1])]
    await agentOf(broker, own)
    const other = await agentOf(broker, foreign)
    const mine = eventsOf(await list(broker, own))
    assert.ok(mine.length > 3)
    assert.ok(mine.every(({ app_id: appId }) => appId === made[0].app_id))
    const answer = await list(broker, admin, `?app_id=${made[0].app_id}`)
    assert.deepEqual(eventsOf(answer), mine)
    assert.deepEqual(eventsOf(await list(broker, own, `?app_id=${made[0].app_id}`)), mine)
    for (const query of [
      `?app_id=${made[1].app_id}`,
      `?agent_id=${encodeURIComponent(other.claims.sub)}`,
      `?jti=${other.claims.jti}`,
      `?credential=${other.claims.jti}`,
      '?event_type=admin_auth',
    ]) {
      const hidden = await list(broker, own, query)
      assert.deepEqual(hidden.body, { events: [], total: 0, offset: 0, limit: 100 }, query)
    }
  })

  test('an agent reads nothing, and a verifier neither', async () => {
    await using broker = await testBroker()
    const admin = await signInAdmin(broker)
    const verifier = await registerApp(broker, { role: 'verifier', scopes: [] })
    for (const held of [await agentOf(broker, admin), await signInApp(broker, verifier)]) {
      assertProblem(await list(broker, held), 403, 'insufficient_scope')
    }
    assertProblem(await ask(broker, 'GET', path), 401, 'unauthorized')
  })
})
