import assert from 'node:assert/strict'
import { test } from 'node:test'
import { App, Broker, Operator } from '@agentwrit/client'
import type { Supervisor } from '@agentwrit/client'
import { serve, stillSurroundings } from './local-server.ts'

const agentId = 'spiffe://agentwrit.local/agent/reports/monthly/0011223344556677'

const kinds = [
  ['operator', (broker: Broker) => Operator.signIn({ broker, secret: 'a-secret' })],
  ['app', (broker: Broker) => App.signIn({ broker, clientId: 'x', clientSecret: 'a-secret' })],
] as const

for (const [kind, signIn] of kinds) {
  test(`an ${kind} reads the audit trail over all pages, as filtered, without counting it`, async () => {
    const event = { id: 'evt-000007', seq: 7, event_type: 'token_issued' }
    await using server = await serve(({ path }) => {
      if (path.endsWith('/auth')) return { body: { access_token: 'session', expires_in: 300 } }
      const isSecond = path.includes('cursor=7')
      return {
        body: { events: [event], offset: 0, limit: 1, ...(isSecond ? {} : { next_cursor: '7' }) },
      }
    })
    const supervisor: Supervisor = await signIn(
      new Broker(server.url, { surroundings: stillSurroundings() }),
    )
    const filter = {
      agentId,
      outcome: 'denied',
      credential: 'ab',
      since: new Date('2026-01-02T03:04:05.006Z'),
      pageSize: 1,
    } as const
    const numbers: number[] = []
    for await (const { seq } of supervisor.listAuditEvents(filter)) numbers.push(seq)
    assert.deepEqual(numbers, [7, 7])
    const members = [
      `agent_id=${encodeURIComponent(agentId)}`,
      'outcome=denied',
      'credential=ab',
      'since=2026-01-02T03%3A04%3A05.006Z',
      'total=false',
      'limit=1',
    ]
    const first = `GET /v1/audit/events?${members.join('&')}`
    const asked = server.received.map(({ method, path }) => `${method} ${path}`)
    assert.deepEqual(asked.slice(1), [first, `${first}&cursor=7`])
  })
}
