import { setTimeout as pause } from 'node:timers/promises'
import type { Json } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { expectStatus } from '../wire/expect.ts'
import { Nonconformity } from '../wire/nonconformity.ts'

/** Events that fit the filters of contract 4.8, oldest first; at most 1 000. */
export async function readEvents(
  broker: Broker,
  filters: Readonly<Record<string, string>>,
): Promise<Json[]> {
  const query = new URLSearchParams({ limit: '1000', ...filters })
  const answer = await broker.get(`/v1/audit/events?${query.toString()}`, await broker.operator())
  return expectStatus(answer, 200).list('events')
}

/** The one event with these filters. A refusal may be written a moment after its answer. */
export async function findEvent(
  broker: Broker,
  filters: Readonly<Record<string, string>>,
): Promise<Json> {
  for (let tries = 0; tries < 10; tries++) {
    const [event, ...more] = await readEvents(broker, filters)
    if (event !== undefined && more.length === 0) return event
    if (more.length > 0) break
    await pause(100)
  }
  throw new Nonconformity(`the audit log does not hold one event with ${word(filters)}`)
}

function word(filters: Readonly<Record<string, string>>): string {
  return Object.entries(filters)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')
}
