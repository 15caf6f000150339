import { Operator } from '@agentwrit/client'
import { benchSecret } from '../bench-secret.ts'
import { compare } from '../compare.ts'
import { Processes } from '../processes.ts'
import type { Finding, Row } from '../row.ts'
import { spreadOf } from '../statistics.ts'

const figure = 'known token'
const unseen = 'first-seen token / jose'

export const verifyOffline: Row = {
  name: 'verify-offline',
  what: 'offline verification with both scopes of the token, CPU per call / jwtVerify of jose with the same token',
  targets: [{ figure, below: 5 }],

  async measure(bench) {
    await using processes = new Processes(bench)
    const { server, port } = await processes.broker({ logLevel: 'quiet' })
    const url = `http://127.0.0.1:${port}`
    await using operator = await Operator.signIn({ broker: url, secret: benchSecret })
    const { client_id: clientId, client_secret: clientSecret } = await operator.registerApp({
      name: 'verifier',
      scopes: [],
      role: 'verifier',
    })
    const verifier = processes.verifier()
    await verifier.ask('start', { url, clientId, clientSecret })
    const size = bench.isQuick ? 100 : 1000
    const tokens = await server.ask('makeTokens', size)
    const often = Array.from({ length: bench.isQuick ? 2 : 20 }, () => tokens).flat()
    const costs: number[] = []
    const known = await compare(bench, {
      figure: 'known token / jose',
      unit: 'µs',
      rounds: 11,
      async measured() {
        const cost = await verifier.ask('verify', often)
        costs.push(cost)
        return cost
      },
      yardstick: () => verifier.ask('verifyWithJose', tokens),
    })
    const first = await compare(bench, {
      figure: unseen,
      unit: 'µs',
      rounds: 11,
      measured: async () => verifier.ask('verify', await server.ask('makeTokens', size)),
      yardstick: () => verifier.ask('verifyWithJose', tokens),
    })
    return [toCost(costs.slice(1), known), known, first]
  },
}

/** What a call costs by itself: there is no request in it that a yardstick could stand for. */
function toCost(costs: readonly number[], { sides }: Finding): Finding {
  return { figure, unit: 'microseconds', value: spreadOf(costs), sides }
}
