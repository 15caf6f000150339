import { compare } from '../compare.ts'
import { cpuPerRequest } from '../cpu-per-request.ts'
import { Processes, type BrokerSide } from '../processes.ts'
import type { Row } from '../row.ts'

const figure = 'durable / nothing kept'

export const registerDurable: Row = {
  name: 'register-durable',
  what: 'challenge and register: CPU with the database / with a store that keeps nothing',
  targets: [{ figure, atMost: 1.9, goal: 1.5 }],

  async measure(bench) {
    await using processes = new Processes(bench)
    const load = processes.load()
    const durable = await processes.broker()
    const forgetful = await processes.broker({ kind: 'keeps nothing' })
    const size = bench.isQuick ? 64 : 1000
    const cpuPerRegistration = async (side: BrokerSide, connections: number) => {
      const launchTokens = await side.server.ask('makeLaunchTokens', size)
      return cpuPerRequest(side, size, () =>
        load.ask('registerAll', { port: side.port, connections, launchTokens }),
      )
    }
    const compareAt = (name: string, connections: number, rounds: number) =>
      compare(bench, {
        figure: name,
        unit: 'µs',
        rounds,
        measured: () => cpuPerRegistration(durable, connections),
        yardstick: () => cpuPerRegistration(forgetful, connections),
      })
    return [await compareAt(figure, 64, 11), await compareAt('one connection', 1, 3)]
  },
}
