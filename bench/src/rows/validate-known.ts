import { compare } from '../compare.ts'
import { cpuPerPost } from '../cpu-per-request.ts'
import { Processes, type BrokerSide } from '../processes.ts'
import type { Row } from '../row.ts'

const figure = 'validate / echo'

export const validateKnown: Row = {
  name: 'validate-known',
  what: 'validate, known token: CPU per request / plain Fastify echo of the same body',
  targets: [{ figure, atMost: 1.3 }],

  async measure(bench) {
    await using processes = new Processes(bench)
    const load = processes.load()
    const echo = await processes.echo()
    const size = bench.isQuick ? { tokens: 20, times: 10 } : { tokens: 100, times: 60 }
    const compareWith = async (name: string, broker: BrokerSide) => {
      const tokens = await broker.server.ask('makeTokens', size.tokens)
      const posting = { load, connections: 16, tokens, times: size.times }
      // The round that warms up makes the tokens known.
      return compare(bench, {
        figure: name,
        unit: 'µs',
        rounds: 15,
        measured: () => cpuPerPost(broker, { ...posting, path: '/v1/token/validate' }),
        yardstick: () => cpuPerPost(echo, { ...posting, path: '/echo' }),
      })
    }
    return [
      await compareWith(figure, await processes.broker()),
      await compareWith('without access log', await processes.broker({ logLevel: 'quiet' })),
    ]
  },
}
