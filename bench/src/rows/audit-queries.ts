import { setTimeout } from 'node:timers/promises'
import { Processes } from '../processes.ts'
import type { Finding, Row } from '../row.ts'
import type { Life } from '../server/make-trail.ts'
import { spreadOf } from '../statistics.ts'
import { openTrail, type Trail } from './trail.ts'

/** What an auditor or the console asks about events (contract 4.8): the words of the query. */
const questions: Readonly<Record<string, (life: Life, places: Places) => string>> = {
  'by agent': ({ agent_id }) => `agent_id=${encodeURIComponent(agent_id)}`,
  'by task': ({ task_id }) => `task_id=${task_id}`,
  'by jti': ({ jti }) => `jti=${jti}`,
  'life of a credential': ({ jti }) => `credential=${jti}`,
  'by app': ({ app_id }) => `app_id=${app_id}`,
  'by event type': () => 'event_type=token_released',
  'by app and event type': ({ app_id }) => `app_id=${app_id}&event_type=token_released`,
  denied: () => 'outcome=denied',
  successful: () => 'outcome=success',
  'by time': (_, { span }) => span,
  'by task and time': ({ task_id }, { span }) => `task_id=${task_id}&${span}`,
  'by agent and outcome': ({ agent_id }) =>
    `agent_id=${encodeURIComponent(agent_id)}&outcome=denied`,
  'a page in the middle': (_, { cursor }) => `cursor=${cursor}`,
  'the newest page': (_, { events }) => `offset=${events - 100}`,
  'the newest page of a task': ({ task_id }, { events }) =>
    `task_id=${task_id}&offset=${Math.floor(events / 2000)}`,
  'the newest page of the denied': (_, { events }) => `outcome=denied&offset=${events / 10 - 100}`,
}

const statistics = 'the statistics of a day'
const memory = 'peak memory'

/** Where in the trail something is asked for. */
interface Places {
  readonly events: number
  /** A hundredth of the trail, in its middle. */
  readonly span: string
  readonly cursor: string
}

export const auditQueries: Row = {
  name: 'audit-queries',
  what: 'milliseconds until a page of the audit trail with its total is answered; CPU for it / for livez',
  targets: [...Object.keys(questions), statistics].map((figure) => ({ figure, below: 20 })),

  async measure(bench) {
    await using processes = new Processes(bench)
    const trail = await openTrail(bench, processes)
    const started = await trail.side.server.ask('peakMegabytes')
    const places = await findPlaces(trail)
    const rounds = bench.isQuick ? 2 : 50
    const findings: Finding[] = []
    const report = async (figure: string, paths: readonly string[]) => {
      const finding = await measure(trail, figure, paths)
      bench.progress(`  ${figure}: ${finding.value.median.toFixed(1)} ms`)
      findings.push(finding)
    }
    for (const [figure, ask] of Object.entries(questions)) {
      const paths = Array.from({ length: rounds + 1 }, (_, round) => {
        const life = trail.lives[round % trail.lives.length]
        if (life === undefined) throw new Error('the trail is empty')
        return `/v1/audit/events?${ask(life, places)}`
      })
      await report(figure, paths)
    }
    await report(statistics, Array(rounds + 1).fill('/v1/admin/stats'))
    await untilCounted(trail)
    const asked = await trail.side.server.ask('peakMegabytes')
    return [...findings, toMemory(asked, started)]
  },
}

/** After a start the trail is read once, beside the questions, to count its last day: that takes memory too. */
async function untilCounted({ get }: Trail): Promise<void> {
  while ((await get('/v1/admin/stats'))['complete'] !== true) await setTimeout(100)
}

function toMemory(measured: number, yardstick: number): Finding {
  const sides = { unit: 'MB', measured, yardstick }
  return { figure: memory, unit: 'megabytes', value: spreadOf([measured]), sides }
}

/** The figure is how long the asker waits; the sides are what it costs, which a busy machine disturbs far less. */
async function measure(trail: Trail, figure: string, paths: readonly string[]): Promise<Finding> {
  const [warmUp = '', ...others] = paths
  await trail.get(warmUp)
  const yardstick = await askAll(
    trail,
    others.map(() => '/livez'),
  )
  const { cpu, waits } = await askAll(trail, others)
  const sides = { unit: 'ms CPU', measured: cpu, yardstick: yardstick.cpu }
  return { figure, unit: 'milliseconds', value: spreadOf(waits), sides }
}

/** One after the other; milliseconds each has been waited for, and of CPU in the mean. */
async function askAll({ side: { usage }, get }: Trail, paths: readonly string[]) {
  const waits: number[] = []
  const before = await usage.cpuMicroseconds()
  for (const path of paths) waits.push(await timed(() => get(path)))
  const cpu = ((await usage.cpuMicroseconds()) - before) / 1000 / paths.length
  return { waits, cpu }
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await action()
  return performance.now() - startedAt
}

async function findPlaces({ get, events }: Trail): Promise<Places> {
  const [since, until] = [events / 2, events / 2 + events / 100].map(async (offset) => {
    const page = await get(`/v1/audit/events?limit=1&offset=${offset}`)
    return { time: encodeURIComponent(Object(page['events'])[0].timestamp), page }
  })
  const [begin, end] = await Promise.all([since, until])
  return {
    events,
    span: `since=${begin?.time}&until=${end?.time}`,
    cursor: String(begin?.page['next_cursor']),
  }
}
