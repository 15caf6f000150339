import { compare } from '../compare.ts'
import { Processes, type BrokerSide } from '../processes.ts'
import type { Row } from '../row.ts'

const figure = 'group / one by one'
const connections = 64

export const groupCommit: Row = {
  name: 'group-commit',
  what: 'register at 64 connections: group commit / one commit per request, throughput (SQLite)',
  targets: [{ figure, atLeast: 2.5 }],

  async measure(bench) {
    await using processes = new Processes(bench)
    const load = processes.load()
    const grouped = await processes.broker()
    const oneByOne = await processes.broker({ kind: 'one commit per change' })
    const size = bench.isQuick ? 64 : 1000
    const registrationsPerSecond = async ({ server, usage, port }: BrokerSide) => {
      const launchTokens = await server.ask('makeLaunchTokens', size)
      await usage.settle()
      return size / (await load.ask('registerAll', { port, connections, launchTokens }))
    }
    return [
      await compare(bench, {
        figure,
        unit: '/s',
        rounds: 9,
        measured: () => registrationsPerSecond(grouped),
        yardstick: () => registrationsPerSecond(oneByOne),
      }),
    ]
  },
}
