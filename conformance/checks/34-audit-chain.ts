import { checkpointInput, verifyAuditChain, type AuditEvent } from '@agentwrit/protocol'
import { genesisHash, type AuditHead } from '@agentwrit/protocol'
import { OutOfReach, type Check } from '../suite/check.ts'
import type { Json } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectStatus } from '../wire/expect.ts'
import { verifierOf } from '../wire/published-keys.ts'
import { sha256 } from '../wire/sha-256.ts'

export const auditChain: Check = {
  line: 34,
  title: 'The audit chain can be recomputed from outside; verify finds what was tampered with',
  parts: [
    { title: 'every hash recomputed from the API output alone', run: recompute },
    { title: 'verify agrees, and 4.28 holds the key of its checkpoint', run: verifyOnline },
    { title: 'verify of a range', run: verifyRange },
    { title: 'a row edited or deleted in the database is found', needs: ['files'] },
    { title: 'a call checks at most 100 000 events', run: atMost },
  ],
}

/** So many at most: a deployed broker may hold millions. */
const recomputed = 20_000

async function recompute(broker: Broker): Promise<void> {
  const first = expectStatus(await page(broker, 'limit=1'), 200)
  const offset = Math.max(0, first.number('total') - recomputed)
  const events = readFrom(broker, offset)
  const start = await events.next()
  expect(start.done !== true, 'the audit log is empty')
  const { seq, prev_hash: hash } = start.value
  expect(seq !== 1 || hash === genesisHash, 'prev_hash of the first event is not 64 zeros')
  const head: AuditHead = { seq: seq - 1, hash }
  const { ok, error } = await verifyAuditChain(prepend(start.value, events), sha256, head)
  expect(ok, `event ${error?.seq}: ${error?.reason}`)
}

async function* prepend(first: AuditEvent, rest: AsyncIterable<AuditEvent>) {
  yield first
  yield* rest
}

async function* readFrom(broker: Broker, offset: number): AsyncGenerator<AuditEvent> {
  let query = `limit=1000&offset=${offset}`
  for (;;) {
    const answer = expectStatus(await page(broker, query), 200)
    for (const event of answer.list('events')) yield asEvent(event)
    const cursor = answer.json['next_cursor']
    if (typeof cursor !== 'string') return
    query = `limit=1000&total=false&cursor=${encodeURIComponent(cursor)}`
  }
}

/** Whether it is one is what the hashes tell. */
function asEvent(event: Json): AuditEvent {
  // oxlint-disable-next-line no-unsafe-type-assertion
  return event as unknown as AuditEvent
}

async function page(broker: Broker, query: string) {
  return broker.get(`/v1/audit/events?${query}`, await broker.operator())
}

async function verify(broker: Broker, query = '') {
  const answer = await broker.get(`/v1/audit/verify${query}`, await broker.operator())
  return expectStatus(answer, 200)
}

async function verifyOnline(broker: Broker): Promise<void> {
  const answer = await verify(broker)
  expect(answer.json['ok'] === true, 'verify is not ok')
  const checkpoint = answer.json['checkpoint']
  if (checkpoint === undefined) return
  const { seq, hash, time, kid, signature } = answer.object('checkpoint')
  const keys = await broker.get('/v1/audit/keys', await broker.operator())
  const input = checkpointInput({ seq: Number(seq), hash: String(hash), time: String(time) })
  const isSigned = verifierOf(keys.list('keys'))(
    String(kid),
    input,
    Buffer.from(String(signature), 'hex'),
  )
  expect(isSigned !== undefined, 'the key of the checkpoint is not among the audit keys')
  expect(isSigned, 'the signature of the checkpoint does not verify')
}

async function verifyRange(broker: Broker): Promise<void> {
  const from = (await verify(broker)).number('from_seq')
  const answer = await verify(broker, `?from_seq=${from}&to_seq=${from + 9}`)
  expect(answer.json['ok'] === true, 'verify is not ok')
  expect(answer.number('events_checked') === 10, 'ten events were asked for')
  expect(answer.number('to_seq') === from + 9, 'to_seq does not tell how far it came')
}

async function atMost(broker: Broker): Promise<void> {
  const answer = await verify(broker)
  if (Number(answer.object('head')['seq']) <= 100_000) throw new OutOfReach('longLog')
  expect(answer.number('events_checked') <= 100_000, 'more than 100 000 events')
}
