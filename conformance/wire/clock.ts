import { setTimeout as pause } from 'node:timers/promises'
import type { Broker } from './broker.ts'

/** The broker's clock, as milliseconds to add to ours: told by the moment in which its `Date` header turns. */
export async function clockOffset(broker: Broker): Promise<number> {
  const known = offsets.get(broker)
  if (known !== undefined) return known
  const first = await dateOf(broker)
  for (let tries = 0; tries < 200; tries++) {
    await pause(10)
    const sent = Date.now()
    const date = await dateOf(broker)
    if (date === first) continue
    const offset = date - (sent + Date.now()) / 2
    offsets.set(broker, offset)
    return offset
  }
  return 0
}

/** Waits until this moment of the broker's clock, in milliseconds. */
export async function waitUntil(broker: Broker, moment: number): Promise<void> {
  const offset = await clockOffset(broker)
  await pause(Math.max(0, moment - offset - Date.now()))
}

const offsets = new WeakMap<Broker, number>()

async function dateOf(broker: Broker): Promise<number> {
  const answer = await broker.get('/livez')
  return Date.parse(answer.headers.get('date') ?? '')
}
