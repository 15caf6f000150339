import type { Answer } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { expectStatus } from '../wire/expect.ts'

export interface Revocation {
  readonly level: 'token' | 'agent' | 'task' | 'chain'
  readonly target: string
  readonly reason?: string
  readonly dry_run?: boolean
}

/** By the operator. A task is lifted again when the part is over. */
export async function revoke(broker: Broker, revocation: Revocation): Promise<Answer> {
  const answer = await broker.post('/v1/revoke', revocation, await broker.operator())
  expectStatus(answer, 200)
  if (revocation.level === 'task' && revocation.dry_run !== true) {
    broker.cleanUpLater(() => lift(broker, answer.text('id')))
  }
  return answer
}

export async function lift(broker: Broker, id: string): Promise<Answer> {
  return broker.ask('DELETE', `/v1/revocations/${id}`, { bearer: await broker.operator() })
}
