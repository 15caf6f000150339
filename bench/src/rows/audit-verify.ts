import { compare } from '../compare.ts'
import { Processes } from '../processes.ts'
import type { Finding, Row } from '../row.ts'
import { median, quantile, spreadOf } from '../statistics.ts'
import { openTrail, type Trail } from './trail.ts'

const delay = 'loop delay: verifying / not'
const answer = 'one call of verify'
const connections = 16

export const auditVerify: Row = {
  name: 'audit-verify',
  what: 'event-loop delay p99 of the server under validates: while the trail is verified / while it is not',
  targets: [{ figure: delay, atMost: 3 }],

  async measure(bench) {
    await using processes = new Processes(bench)
    const trail = await openTrail(bench, processes)
    const load = processes.load()
    const { server, usage, port } = trail.side
    const tokens = await server.ask('makeTokens', 100)
    const times = bench.isQuick ? 2 : 300
    const validating = () =>
      load.ask('postAll', { port, path: '/v1/token/validate', connections, tokens, times })
    const delayDuring = async (work: () => Promise<unknown>) => {
      await usage.settle()
      await server.ask('watchLoop')
      await work()
      return quantile(await server.ask('stopWatchingLoop'), 0.99)
    }
    const verified: number[] = []
    const finding = await compare(bench, {
      figure: delay,
      unit: 'ms',
      rounds: 9,
      measured: () =>
        delayDuring(async () => verified.push(...(await verifyDuring(trail, validating())))),
      yardstick: () => delayDuring(validating),
    })
    return [finding, await told(trail, verified)]
  },
}

/** Range after range, until the work is done; resolves to the seconds that each took. */
async function verifyDuring(trail: Trail, work: Promise<unknown>): Promise<number[]> {
  const state = { isOver: false }
  const over = work.finally(() => {
    state.isOver = true
  })
  const seconds: number[] = []
  for (let from = 1; !state.isOver;) {
    const startedAt = performance.now()
    const { ok, to_seq: to, head } = await trail.get(`/v1/audit/verify?from_seq=${from}`)
    if (ok !== true) throw new Error('the trail does not verify')
    seconds.push((performance.now() - startedAt) / 1000)
    from = to === Object(head).seq ? 1 : Number(to) + 1
  }
  await over
  return seconds
}

/** Under the validates, and alone. */
async function told(trail: Trail, during: readonly number[]): Promise<Finding> {
  const alone: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const startedAt = performance.now()
    await trail.get('/v1/audit/verify?from_seq=1')
    alone.push((performance.now() - startedAt) / 1000)
  }
  return {
    figure: answer,
    unit: 'seconds',
    value: spreadOf(during),
    sides: { unit: 's', measured: median(during), yardstick: median(alone) },
  }
}
