import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { release, renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Answer } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectProblem, expectStatus } from '../wire/expect.ts'

export const auditList: Check = {
  line: 33,
  title: 'Bad audit filters give 400; limits are capped; paging returns every event once',
  parts: [
    { title: 'bad filters', run: badFilters },
    { title: 'limit=5000 is served and echoed as 1000; total=false', run: limits },
    { title: 'paging by cursor', run: paging },
    { title: 'an app gets its own events only', run: ownEvents },
  ],
}

async function list(broker: Broker, query: string, bearer?: string): Promise<Answer> {
  return broker.get(`/v1/audit/events?${query}`, bearer ?? (await broker.operator()))
}

const badQueries = [
  'limit=-1',
  'limit=x',
  'limit=1.5',
  'offset=-1',
  'event_type=nothing',
  'outcome=maybe',
  'since=yesterday',
  'until=2026-01-02T03:04:05+01:00',
  'cursor=nothing',
  'total=perhaps',
]

async function badFilters(broker: Broker): Promise<void> {
  for (const query of badQueries) {
    expectProblem(await list(broker, query), 'invalid_request', query)
  }
  const { json } = await list(broker, 'limit=1')
  const both = `offset=1&cursor=${encodeURIComponent(String(json['next_cursor']))}`
  expectProblem(await list(broker, both), 'invalid_request', 'offset together with cursor')
}

async function limits(broker: Broker): Promise<void> {
  const capped = expectStatus(await list(broker, 'limit=5000'), 200)
  expect(capped.number('limit') === 1000, 'limit is not echoed as 1000')
  expect(capped.list('events').length <= 1000, 'more than 1000 events')
  const usual = expectStatus(await list(broker, 'limit=0'), 200)
  expect(usual.number('limit') === 100, 'limit=0 is not 100')
  expect(usual.number('total') >= usual.list('events').length, 'total is less than the page')
  const without = expectStatus(await list(broker, 'total=false'), 200)
  expect(without.json['total'] === undefined, 'total=false does not leave total out')
  const none = expectStatus(await list(broker, 'task_id=nobody-has-this-task'), 200)
  expect(none.list('events').length === 0, 'events of a task that nobody has')
}

/** An app's life is short enough to be read whole in pages of two, and long enough to need some. */
async function paging(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  for (let life = 0; life < 3; life++) {
    const { token } = await makeAgent(broker, app)
    await release(broker, await renew(broker, token))
  }
  const filter = `app_id=${app.id}`
  const whole = (await list(broker, `${filter}&limit=1000`)).list('events').map(({ seq }) => seq)
  const paged: unknown[] = []
  for (let from: string | undefined = ''; from !== undefined;) {
    const page = expectStatus(await list(broker, `${filter}&limit=2${from}`), 200)
    paged.push(...page.list('events').map(({ seq }) => seq))
    const cursor = page.json['next_cursor']
    from = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : undefined
    expect(paged.length <= whole.length, 'paging repeats events')
  }
  expect(whole.length > 10, 'the life of an app and three agents has too few events')
  expect(paged.join() === whole.join(), 'the pages are not the whole list')
  expect(paged.join() === paged.toSorted((a, b) => Number(a) - Number(b)).join(), 'not by seq')
}

async function ownEvents(broker: Broker): Promise<void> {
  const [app, other] = [await makeApp(broker), await makeApp(broker)]
  const own = expectStatus(await list(broker, '', app.bearer), 200).list('events')
  expect(own.length > 0, 'an app does not see its own events')
  expect(
    own.every((event) => event['app_id'] === app.id),
    'an app sees other events',
  )
  const foreign = await list(broker, `app_id=${other.id}`, app.bearer)
  expect(foreign.list('events').length === 0, 'an app sees events of another')
}
