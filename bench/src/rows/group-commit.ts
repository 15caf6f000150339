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
    const size = bench.isQuick ? 64 : 500
    const throughHttp = async ({ server, usage, port }: BrokerSide) => {
      const launchTokens = await server.ask('makeLaunchTokens', size)
      await usage.settle()
      return load.ask('registerAll', { port, connections, launchTokens })
    }
    const atStore = async ({ server }: BrokerSide) => server.ask('registerAtStore', size)
    const compareSeconds = (name: string, seconds: (side: BrokerSide) => Promise<number>) =>
      compare(bench, {
        figure: name,
        unit: '/s',
        rounds: 9,
        measured: async () => size / (await seconds(grouped)),
        yardstick: async () => size / (await seconds(oneByOne)),
      })
    return [
      await compareSeconds(figure, throughHttp),
      // What is left when neither HTTP nor cryptography competes for the processors.
      await compareSeconds('at the store alone', atStore),
    ]
  },
}
