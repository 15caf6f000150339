import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AuthorizationError,
  Broker,
  Operator,
  ProblemError,
  TransportError,
} from '@agentwrit/client'
import type { Logger, TailedAuditEvent } from '@agentwrit/client'
import { encodeHex, formatServerSentEvent, verifyAuditExport } from '@agentwrit/protocol'
import { listening } from '../../broker/test/http/stream-client.ts'
import { portOf } from '../../broker/test/http/raw-client.ts'
import { adminSecret, testBroker } from '../../broker/test/test-broker.ts'
import { recordingLogger } from './recording-logger.ts'
import { problem, serve, stillSurroundings } from './local-server.ts'
import type { Reply } from './local-server.ts'

const epoch = '0123456789abcdef'
const path = '/v1/audit/stream'

function events(...ids: readonly string[]): Reply {
  const body = ids.map((id) => {
    const data = JSON.stringify({ seq: Number(id.split('.')[1]), event_type: 'x', hash: 'h' })
    return formatServerSentEvent({ event: 'audit', id, data })
  })
  return {
    headers: { 'content-type': 'text/event-stream' },
    body: `retry: 2000\n\n${body.join('')}`,
  }
}

/** An operator at a server that answers the stream by turns, and then leaves it waiting. */
async function tailing(replies: readonly (Reply | 'hang up')[], logger?: Logger) {
  const surroundings = stillSurroundings()
  const turns = [...replies]
  const server = await serve(({ path: asked }) =>
    asked.startsWith(path) ? turns.shift() : { body: { access_token: 'admin', expires_in: 300 } },
  )
  const broker = new Broker(server.url, {
    surroundings,
    ...(logger === undefined ? {} : { logger }),
  })
  const operator = await Operator.signIn({ broker, secret: 'a-secret' })
  const opened = () => server.received.filter((request) => request.path.startsWith(path))
  return { operator, surroundings, opened, [Symbol.asyncDispose]: server[Symbol.asyncDispose] }
}

async function take(tail: AsyncIterable<TailedAuditEvent>, count: number): Promise<number[]> {
  const numbers: number[] = []
  for await (const { seq } of tail) {
    numbers.push(seq)
    if (numbers.length === count) break
  }
  return numbers
}

test('a tail that breaks off goes on behind the last event it had', async () => {
  await using server = await tailing([
    events(`${epoch}.1`, `${epoch}.2`),
    'hang up',
    problem(503, 'service_unavailable'),
    events(`${epoch}.3`),
    events(`${epoch}.4`),
  ])
  assert.deepEqual(await take(server.operator.tailAudit(), 4), [1, 2, 3, 4])
  const places = server.opened().map(({ headers }) => headers['last-event-id'])
  assert.deepEqual(
    places,
    [undefined, 2, 2, 2, 3].map((seq) => seq && `${epoch}.${seq}`),
  )
  for (const { headers } of server.opened()) {
    assert.equal(headers.accept, 'text/event-stream')
    assert.equal(headers.authorization, 'Bearer admin')
  }
})

test('pauses grow while a tail cannot be opened, obey Retry-After, and begin anew with each event', async () => {
  const busy = { ...problem(503, 'service_unavailable'), headers: { 'retry-after': '5' } }
  await using server = await tailing([
    'hang up',
    'hang up',
    busy,
    events(`${epoch}.1`),
    events(`${epoch}.2`),
  ])
  assert.deepEqual(await take(server.operator.tailAudit(), 2), [1, 2])
  assert.deepEqual(server.surroundings.pauses, [187.5, 375, 5000, 187.5])
})

test('a tail begins where it is told, with the filters given', async () => {
  await using server = await tailing([events(`${epoch}.8`)])
  const filter = { after: `${epoch}.7`, taskId: 'monthly', outcome: 'denied' } as const
  const first = (await server.operator.tailAudit(filter).next()).value
  assert.ok(first)
  assert.equal(first.streamId, `${epoch}.8`)
  assert.equal(JSON.stringify(first).includes('streamId'), false)
  const [asked] = server.opened()
  assert.equal(asked?.path, `${path}?task_id=monthly&outcome=denied`)
  assert.equal(asked.headers['last-event-id'], `${epoch}.7`)
})

test('a tail that is refused rejects, and one that was given retries gives up after them', async () => {
  await using refused = await tailing([problem(403, 'insufficient_scope')])
  await assert.rejects(take(refused.operator.tailAudit(), 1), AuthorizationError)
  const down = problem(503, 'service_unavailable')
  await using busy = await tailing([down, down, down, down])
  await assert.rejects(take(busy.operator.tailAudit({ maxRetries: 2 }), 1), ProblemError)
  assert.equal(busy.opened().length, 3)
  await using brief = await tailing([events(`${epoch}.1`), events(`${epoch}.2`)])
  await assert.rejects(take(brief.operator.tailAudit({ maxRetries: 0 }), 2), TransportError)
  await using proxied = await tailing([{ headers: { 'content-type': 'text/html' }, body: '<p>' }])
  await assert.rejects(take(proxied.operator.tailAudit({ maxRetries: 0 }), 1), TransportError)
  await using ending = await tailing([events(), events()])
  await assert.rejects(take(ending.operator.tailAudit({ maxRetries: 1 }), 1), TransportError)
})

test('a tail ends with the reason of its signal, also while it waits for an event', async () => {
  await using server = await tailing([])
  const controller = new AbortController()
  const reason = new Error('enough')
  const tail = take(server.operator.tailAudit({ signal: controller.signal }), 1)
  while (server.opened().length === 0) await new Promise(setImmediate)
  controller.abort(reason)
  await assert.rejects(tail, (error) => error === reason)
})

test('what may be missing because the broker was restored is told to the logger', async () => {
  const { logger, lines } = recordingLogger()
  const replies = [events(`${epoch}.1`), events('fedcba9876543210.9')]
  await using server = await tailing(replies, logger)
  assert.deepEqual(await take(server.operator.tailAudit(), 2), [1, 9])
  const warnings = lines.filter(({ level, fields }) => level === 'warn' && 'streamId' in fields)
  assert.deepEqual(
    warnings.map(({ fields }) => fields['streamId']),
    ['fedcba9876543210.9'],
  )
})

test('an event that is none ends the tail with an error', async () => {
  const body = formatServerSentEvent({ event: 'audit', id: `${epoch}.1`, data: '{}' })
  const headers = { 'content-type': 'text/event-stream' }
  await using server = await tailing([{ headers, body }])
  await assert.rejects(take(server.operator.tailAudit(), 1), TransportError)
})

test('with a real broker a tail shows what happens, beyond the end of its own token', async () => {
  await using broker = await listening(await testBroker({ environment: { AA_PORT: '0' } }))
  const surroundings = { now: () => broker.now(), sleep: () => new Promise<void>(setImmediate) }
  const url = `http://127.0.0.1:${portOf(broker.broker.app)}`
  const client = new Broker(url, { surroundings })
  const operator = await Operator.signIn({ broker: client, secret: adminSecret })
  const tail = operator.tailAudit({ eventType: 'app_registered' })
  const register = (name: string) => operator.registerApp({ name, scopes: ['read:data:*'] })
  // It shows what happens from its beginning on, and nobody knows when that was.
  const first = { isHere: false }
  const waiting = tail.next().finally(() => (first.isHere = true))
  for (let count = 0; !first.isHere; count += 1) await register(`app-${count}`)
  assert.equal((await waiting).value?.event_type, 'app_registered')
  broker.advance(301_000)
  await register('the-last-one')
  for await (const { detail } of tail) if (detail?.includes('the-last-one')) break
})

test('an export is lines of JSON that verify without the broker', async () => {
  await using broker = await testBroker()
  const operator = await broker.operator()
  for (const name of ['one', 'two', 'three'])
    await operator.registerApp({ name, scopes: ['a:b:c'] })
  const lines = await collect(operator.exportAudit({ pageSize: 2 }))
  assert.ok(lines.length >= 4)
  for (const line of lines) assert.match(line, /^\{.*\}\n$/)
  const result = await verifyAuditExport(lines.join('').split('\n'), { hash })
  assert.deepEqual([result.ok, result.events_checked], [true, lines.length])
  const tampered = lines
    .map((line) => line.replace('"one"', '"none"'))
    .filter((_, row) => row !== 1)
  assert.equal((await verifyAuditExport(tampered.join('').split('\n'), { hash })).ok, false)
})

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = []
  for await (const item of items) collected.push(item)
  return collected
}

async function hash(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return encodeHex(new Uint8Array(bytes))
}
