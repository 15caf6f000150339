import { publishedTargetInput } from '@agentwrit/protocol'
import { revoke } from '../actors/revocation.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { openStream, type EventStream, type StreamEvent } from '../wire/event-stream.ts'
import { expect, expectProblem } from '../wire/expect.ts'
import { randomHex } from '../wire/random-name.ts'
import { sha256 } from '../wire/sha-256.ts'

export const revocationStreamPath = '/v1/revocations/stream'

export const revocationStream: Check = {
  line: 39,
  title:
    'A resumed revocation stream tells every missed change once; a new one begins with a snapshot',
  parts: [
    { title: 'resumed with Last-Event-ID', run: resume },
    { title: 'without one, and with another epoch’s', run: snapshots },
    {
      title: 'a malformed Last-Event-ID gives 400',
      run: async (broker) => {
        const headers = { 'Last-Event-ID': 'nonsense' }
        const bearer = await broker.operator()
        const answer = await broker.ask('GET', revocationStreamPath, { bearer, headers })
        expectProblem(answer, 'invalid_request')
      },
    },
  ],
}

export function openRevocations(
  broker: Broker,
  bearer: string,
  lastEventId?: string,
): Promise<EventStream> {
  return openStream(broker, revocationStreamPath, bearer, lastEventId)
}

/** The change of an entry, as the stream names it. */
export function isAbout(level: 'token' | 'task', target: string): (event: StreamEvent) => boolean {
  const published = sha256(publishedTargetInput(level, target))
  return ({ event, data }) => event === 'revocation' && data['target'] === published
}

async function resume(broker: Broker): Promise<void> {
  const bearer = await broker.operator()
  const [first, missed, later] = [randomHex(16), randomHex(16), randomHex(16)]
  let seen: string | undefined
  {
    await using stream = await openRevocations(broker, bearer)
    expect(stream.status === 200, `the stream answers ${stream.status}`)
    await revoke(broker, { level: 'token', target: first })
    const event = await stream.until(isAbout('token', first), 'a new revocation')
    seen = event.id
  }
  expect(/^[0-9a-f]{16}\.\d+$/.test(seen ?? ''), 'id is not <epoch>.<seq>')
  await revoke(broker, { level: 'token', target: missed })
  await using stream = await openRevocations(broker, bearer, seen)
  await stream.until(isAbout('token', missed), 'a missed revocation')
  await revoke(broker, { level: 'token', target: later })
  await stream.until(isAbout('token', later), 'a later revocation')
  const changes = stream.events.filter(({ event }) => event === 'revocation')
  expect(!stream.events.some(({ event }) => event === 'snapshot'), 'a snapshot despite the id')
  expect(!changes.some(isAbout('token', first)), 'a change that was seen is told again')
  expect(changes.filter(isAbout('token', missed)).length === 1, 'the missed change is told twice')
  const numbers = changes.map(({ data }) => Number(data['seq']))
  const start = Number(seen?.split('.')[1])
  const isGapless = numbers.every((seq, index) => seq === start + 1 + index)
  expect(isGapless, 'the numbers of the changes have gaps')
}

async function snapshots(broker: Broker): Promise<void> {
  const bearer = await broker.operator()
  for (const lastEventId of [undefined, `${randomHex(8)}.1`]) {
    await using stream = await openRevocations(broker, bearer, lastEventId)
    const last = await stream.until(
      ({ event, data }) => event === 'snapshot' && data['part'] === data['parts'],
      'a snapshot to its end',
    )
    const parts = stream.events.filter(({ event }) => event === 'snapshot')
    expect(stream.events[0]?.event === 'snapshot', 'the snapshot is not first')
    expect(parts.length === last.data['parts'], 'parts are missing')
    for (const part of parts) {
      const { entries } = part.data
      expect(Array.isArray(entries) && entries.length <= 1000, 'more than 1 000 entries in a part')
      expect((part.id === undefined) === (part !== last), 'an id on another part than the last')
    }
  }
}
