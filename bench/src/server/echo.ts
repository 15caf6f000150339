// The yardstick: Fastify as it comes, answering what it was sent.
import { fastify } from 'fastify'
import { serveCommands } from '../remote.ts'
import { usageCommands, type UsageCommands } from './usage.ts'

export interface EchoCommands extends UsageCommands {
  /** Resolves to the port. */
  readonly start: () => Promise<number>
  readonly [name: string]: (argument: never) => unknown
}

const app = fastify()
app.post('/echo', (request) => request.body)

const commands: EchoCommands = {
  ...usageCommands,
  async start() {
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    return Number(new URL(url).port)
  },
}
serveCommands(commands, () => app.close())
