// Streams as no broker of ours sends them, from a server that says what a test wants.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { isAgentWritError, TimeoutError } from '@agentwrit/client'
import type { PublishedRevocation } from '@agentwrit/protocol'
import type { Reply } from '../local-server.ts'
import { assertRefused } from './offline-scene.ts'
import { scriptedScene } from './scripted-scene.ts'
import { epoch } from './stream-server.ts'
import type { Connection } from './stream-server.ts'
import type { TestClock } from './test-clock.ts'

const supersede: PublishedRevocation = {
  action: 'supersede',
  jti: 'f'.repeat(32),
  exp: 4_000_000_000,
}
const turns = async (count = 30) => {
  for (let turn = 0; turn < count; turn += 1) await aTurnOfTheLoop()
}

test('nothing is accepted before the whole snapshot is there and fresh', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const token = server.token()
  assertRefused(await verifier.verify(token), 'not_ready')
  const connection = await server.connection()
  const part = (place: number) =>
    connection.event('snapshot', {
      seq: 3,
      epoch,
      not_before: 0,
      at: 0,
      part: place,
      parts: 2,
      entries: [],
    })
  part(1)
  await turns()
  assertRefused(await verifier.verify(token), 'not_ready')
  part(2)
  await turns()
  assertRefused(await verifier.verify(token), 'not_ready')
  connection.fresh(3, clock.now())
  await verifier.ready()
  assert.ok((await verifier.verify(token)).ok)
})

test('a stream may come byte by byte', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const connection = await server.connection()
  const snapshot = { seq: 0, epoch, not_before: 0, at: 0, part: 1, parts: 1, entries: [supersede] }
  const fresh = { seq: 0, epoch, as_of: new Date(clock.now()).toISOString() }
  const text = `: é\nevent: snapshot\r\ndata: ${JSON.stringify(snapshot)}\r\n\r\nevent: fresh\ndata: ${JSON.stringify(fresh)}\n\n`
  for (const byte of new TextEncoder().encode(text)) {
    connection.send(Uint8Array.of(byte))
    await aTurnOfTheLoop()
  }
  await verifier.ready()
  assert.ok((await verifier.verify(server.token())).ok)
  assertRefused(await verifier.verify(server.token({ jti: 'f'.repeat(32) })), 'token_revoked')
})

const unfollowable: Readonly<Record<string, (connection: Connection) => void>> = {
  'a change that is missing': (one) => one.event('revocation', { seq: 7, ...supersede }),
  'a change of an unknown kind': (one) =>
    one.event('revocation', { seq: 6, ...supersede, action: 'forgive' }),
  'a change out of form': (one) => one.event('revocation', { seq: 6, ...supersede, jti: 'x' }),
  'an event of another name': (one) => one.event('surprise', {}),
  'a part of a snapshot that never began': (one) =>
    one.event('snapshot', { seq: 6, epoch, not_before: 0, at: 0, part: 2, parts: 2, entries: [] }),
  'a part beyond the last': (one) =>
    one.event('snapshot', { seq: 6, epoch, not_before: 0, at: 0, part: 1, parts: 0, entries: [] }),
  'something fresh that it has not been told of': (one) => one.fresh(6, Date.UTC(2026, 0, 2)),
  'another epoch': (one) =>
    one.event('fresh', { seq: 5, epoch: 'f'.repeat(16), as_of: '2026-01-02T00:00:00.000Z' }),
  'no JSON': (one) => one.send('event: fresh\ndata: {\n\n'),
}

for (const [what, say] of Object.entries(unfollowable)) {
  test(`${what} unmakes all knowledge, and a snapshot makes it anew`, async () => {
    await using scene = await scriptedScene()
    const { server, verifier, errors } = scene
    const token = server.token()
    const connection = await server.connection()
    connection.begin({ seq: 5 })
    await verifier.ready()
    assert.ok((await verifier.verify(token)).ok)
    say(connection)
    connection.event('revocation', { seq: 6, ...supersede })
    const later = server.token({ jti: 'f'.repeat(32) })
    while (errors.length === 0) {
      const result = await verifier.verify(later)
      assert.ok(result.ok || result.reason === 'not_ready', 'the stream was followed further')
      await aTurnOfTheLoop()
    }
    assertRefused(await verifier.verify(token), 'not_ready')
    const next = await scene.reconnect()
    assert.equal(next.headers['last-event-id'], undefined)
    assertRefused(await verifier.verify(token), 'not_ready')
    next.begin({ seq: 9, entries: [supersede] })
    await verifier.ready()
    assert.ok((await verifier.verify(token)).ok)
  })
}

const brokenOff: Readonly<Record<string, (connection: Connection) => void>> = {
  'ends in the middle of an event': (one) => {
    one.send('event: revocation\ndata: {"seq":6,')
    one.end()
  },
  'is broken off': (one) => one.breakOff(),
  'ends in good order': (one) => one.end(),
  'is no UTF-8 any more': (one) => one.send(Uint8Array.of(0xff, 0xfe, 0x0a)),
  'has an event that does not end': (one) => one.send(`data: ${'a'.repeat(5 * 1024 * 1024)}`),
}

for (const [what, say] of Object.entries(brokenOff)) {
  test(`a stream that ${what} is resumed where it was`, async () => {
    await using scene = await scriptedScene()
    const { server, verifier, clock } = scene
    const token = server.token()
    const connection = await server.connection()
    connection.begin({ seq: 4 })
    connection.event('revocation', { seq: 5, ...supersede })
    connection.event('revocation', { seq: 5, ...supersede })
    connection.fresh(5, clock.now() + 1)
    await verifier.ready()
    while ((await verifier.verify(server.token({ jti: 'f'.repeat(32) }))).ok) await aTurnOfTheLoop()
    say(connection)
    const next = await scene.reconnect()
    assert.equal(next.headers['last-event-id'], `${epoch}.5`)
    assert.ok((await verifier.verify(token)).ok)
    next.event('revocation', { seq: 6, ...supersede, jti: 'a'.repeat(32) })
    while ((await verifier.verify(token)).ok) await aTurnOfTheLoop()
    assertRefused(await verifier.verify(token), 'token_revoked')
  })
}

const noStreams: Readonly<Record<string, Reply>> = {
  'JSON instead of a stream': { body: {} },
  'a page': { body: 'data: {}\n\n', headers: { 'content-type': 'text/html' } },
  'a refusal': { status: 403, body: { error_code: 'forbidden' } },
  'that it does not know this route': { status: 404 },
  'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
  'that it is stale': { status: 503, headers: { 'retry-after': '1' } },
}

for (const [what, reply] of Object.entries(noStreams)) {
  test(`a server that answers ${what} is tried again, and nothing is accepted`, async () => {
    await using scene = await scriptedScene(({ replies }) => void (replies.stream = reply))
    const { server, verifier, errors, clock } = scene
    while (errors.length === 0) await aTurnOfTheLoop()
    assert.ok(errors.every(isAgentWritError))
    assertRefused(await verifier.verify(server.token()), 'not_ready')
    await assert.rejects(
      verifier.ready({ timeout: 20 }),
      (error) => error instanceof TimeoutError && error.cause === errors.at(-1),
    )
    server.replies.stream = undefined
    clock.advance(1_000)
    const connection = await server.connection()
    connection.begin()
    await verifier.ready()
    assert.ok((await verifier.verify(server.token())).ok)
  })
}

test('pauses double from failure to failure up to two seconds, and are short again after a success', async () => {
  await using scene = await scriptedScene(({ replies }) => void (replies.stream = { status: 500 }))
  const { server, verifier, clock } = scene
  const pauses: number[] = []
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const pause = await pauseOf(clock)
    pauses.push(pause)
    if (attempt === 7) server.replies.stream = undefined
    clock.advance(pause)
    while (clock.sleeping().includes(pause)) await aTurnOfTheLoop()
  }
  assert.deepEqual(pauses, [187.5, 375, 750, 1500, 1500, 1500, 1500, 1500])
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  connection.end()
  ;(await scene.reconnect()).begin()
})

test('pauses stay short for as long as something may be accepted', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  server.replies.stream = { status: 500 }
  connection.end()
  const token = server.token()
  const pauses: { readonly pause: number; readonly accepts: boolean }[] = []
  while (pauses.at(-1)?.pause !== 1_500) {
    const pause = await pauseOf(clock)
    pauses.push({ pause, accepts: (await verifier.verify(token)).ok })
    clock.advance(pause)
    while (clock.sleeping().includes(pause)) await aTurnOfTheLoop()
  }
  const [first, ...others] = pauses.filter(({ accepts }) => accepts)
  assert.equal(first?.pause, 187.5)
  assert.ok(others.length > 10)
  for (const { pause } of others) assert.equal(pause, 375)
})

test('a server that asks for a pause of days is asked again in half a minute', async () => {
  const reply = { status: 503, headers: { 'retry-after': '172800' } }
  await using scene = await scriptedScene(({ replies }) => void (replies.stream = reply))
  assert.equal(await pauseOf(scene.clock), 30_000)
})

test('a connection that has gone silent is given up', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  await turns()
  // Begun patiently, for a snapshot may take its time.
  clock.advance(15_000)
  assertRefused(await verifier.verify(server.token()), 'not_ready')
  while (!clock.sleeping().includes(2_500)) await aTurnOfTheLoop()
  clock.advance(2_500)
  const next = await scene.reconnect()
  assert.equal(next.headers['last-event-id'], `${epoch}.0`)
  next.fresh(0, clock.now())
  await verifier.ready()
  assert.ok((await verifier.verify(server.token())).ok)
})

test('that it is fresh counts from what the broker says, or from when that came', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock, errors } = scene
  const token = server.token()
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  // The broker's clock goes ahead: then it is the time since it was heard.
  connection.fresh(0, clock.now() + 60_000)
  await turns()
  clock.advance(5_000)
  assert.ok((await verifier.verify(token)).ok)
  clock.advance(1)
  assertRefused(await verifier.verify(token), 'not_ready')
  // To say the same once more makes nothing fresh.
  connection.fresh(0, clock.now() + 55_000 - 1)
  while (errors.length === 0) {
    assertRefused(await verifier.verify(token), 'not_ready')
    await aTurnOfTheLoop()
  }
  assertRefused(await verifier.verify(token), 'not_ready')
  const next = await scene.reconnect()
  next.fresh(0, clock.now())
  await verifier.ready()
  clock.set(clock.now() + 5_001)
  assertRefused(await verifier.verify(token), 'not_ready')
})

test('a broker that is itself behind opens nothing, and that is told', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock, errors } = scene
  const connection = await server.connection()
  const snapshot = { seq: 0, epoch, not_before: 0, at: 0, part: 1, parts: 1, entries: [] }
  connection.event('snapshot', snapshot)
  connection.fresh(0, clock.now() - 5_001)
  while (errors.length === 0) await aTurnOfTheLoop()
  assertRefused(await verifier.verify(server.token()), 'not_ready')
})

/** Before the next connection; beside it, silence is being looked for. */
async function pauseOf({ sleeping }: TestClock): Promise<number> {
  for (;;) {
    const pause = sleeping().find((milliseconds) => milliseconds !== 15_000)
    if (pause !== undefined) return pause
    await aTurnOfTheLoop()
  }
}
