import type { BrokerList, ConfigResponse, StatsResponse } from '@agentwrit/protocol'
import { documentOf, readDocument } from './document.ts'
import type { Answered, DocumentGuard } from './document.ts'
import type { CallOptions } from './options.ts'
import type { StandingSession } from './standing-session.ts'

const isStats = documentOf<StatsResponse>({
  from: 'string',
  issued: 'object',
  killed: 'object',
  refused: 'object',
  live_agents: 'array',
})
const isConfig = documentOf<ConfigResponse>({ settings: 'array' })
const isBrokerList = documentOf<BrokerList>({ brokers: 'array' })

/** How the brokers of a deployment are, in the hands of an operator. */
export class Overview {
  readonly #session: StandingSession

  constructor(session: StandingSession) {
    this.#session = session
  }

  stats(options: CallOptions | undefined): Promise<Answered<StatsResponse>> {
    return this.#read('/v1/admin/stats', isStats, options)
  }

  config(options: CallOptions | undefined): Promise<Answered<ConfigResponse>> {
    return this.#read('/v1/admin/config', isConfig, options)
  }

  brokers(options: CallOptions | undefined): Promise<Answered<BrokerList>> {
    return this.#read('/v1/admin/brokers', isBrokerList, options)
  }

  async #read<Document>(
    path: string,
    isDocument: DocumentGuard<Document>,
    options: CallOptions | undefined,
  ): Promise<Answered<Document>> {
    const call = { method: 'GET', path } as const
    return readDocument(await this.#session.send(call, 'safe', options), isDocument)
  }
}
