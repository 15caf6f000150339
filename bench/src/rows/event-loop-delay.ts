import { compare } from '../compare.ts'
import { Processes } from '../processes.ts'
import type { Row } from '../row.ts'
import { quantile } from '../statistics.ts'

const figure = 'registrations / validates'
const connections = 64

export const eventLoopDelay: Row = {
  name: 'event-loop-delay',
  what: 'event-loop delay p99 of the server: registrations at full speed / validates only',
  targets: [{ figure, atMost: 3 }],

  async measure(bench) {
    await using processes = new Processes(bench)
    const load = processes.load()
    const { server, usage, port } = await processes.broker()
    const tokens = await server.ask('makeTokens', 100)
    const delayDuring = async (requests: () => Promise<unknown>) => {
      await usage.settle()
      await server.ask('watchLoop')
      await requests()
      return quantile(await server.ask('stopWatchingLoop'), 0.99)
    }
    const path = '/v1/token/validate'
    const times = bench.isQuick ? 2 : 100
    return [
      await compare(bench, {
        figure,
        unit: 'ms',
        rounds: 9,
        async measured() {
          const launchTokens = await server.ask('makeLaunchTokens', bench.isQuick ? 64 : 1000)
          return delayDuring(() => load.ask('registerAll', { port, connections, launchTokens }))
        },
        yardstick: () =>
          delayDuring(() => load.ask('postAll', { port, path, connections, tokens, times })),
      }),
    ]
  },
}
