import { compare } from '../compare.ts'
import { cpuPerPost } from '../cpu-per-request.ts'
import { Processes } from '../processes.ts'
import type { Row } from '../row.ts'

const figure = 'validate / echo'

export const validateUnseen: Row = {
  name: 'validate-unseen',
  what: 'validate, never seen token (signature and session): CPU per request / the same echo',
  targets: [{ figure, atMost: 7 }],

  async measure(bench) {
    await using processes = new Processes(bench)
    const load = processes.load()
    const echo = await processes.echo()
    const broker = await processes.broker()
    const size = bench.isQuick ? 100 : 2000
    const posting = { load, connections: 16, times: 1 }
    const echoed = await broker.server.ask('makeTokens', size)
    return [
      await compare(bench, {
        figure,
        unit: 'µs',
        rounds: 15,
        async measured() {
          const tokens = await broker.server.ask('makeTokens', size)
          return cpuPerPost(broker, { ...posting, tokens, path: '/v1/token/validate' })
        },
        yardstick: () => cpuPerPost(echo, { ...posting, tokens: echoed, path: '/echo' }),
      }),
    ]
  },
}
