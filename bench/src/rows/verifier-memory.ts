import { compare } from '../compare.ts'
import { Processes } from '../processes.ts'
import type { Row } from '../row.ts'

const figure = 'revocations / in Maps'

export const verifierMemory: Row = {
  name: 'verifier-memory',
  what: 'memory of an offline verifier for each of 1 M sessions taken away / the same names in a Map for each kind',
  targets: [],

  async measure(bench) {
    const revocations = bench.isQuick ? 50_000 : 1_000_000
    // Each time in a new process, so that nothing of the round before is still being given back.
    const inNewProcess = async (command: 'follow' | 'followInMaps') => {
      await using processes = new Processes(bench)
      return await processes.verifier().ask(command, revocations)
    }
    return [
      await compare(bench, {
        figure,
        unit: 'bytes',
        rounds: 3,
        measured: () => inNewProcess('follow'),
        yardstick: () => inNewProcess('followInMaps'),
      }),
    ]
  },
}
