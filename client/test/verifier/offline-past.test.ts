// A broker, or whoever stands before it, that tells what was: nothing that is dead comes back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import type { PublishedRevocation } from '@agentwrit/protocol'
import { assertRefused } from './offline-scene.ts'
import { scriptedScene } from './scripted-scene.ts'
import { epoch } from './stream-server.ts'

const turns = async (count = 30) => {
  for (let turn = 0; turn < count; turn += 1) await aTurnOfTheLoop()
}
const supersede: PublishedRevocation = {
  action: 'supersede',
  jti: 'a'.repeat(32),
  exp: 4_000_000_000,
}
const snapshot = { seq: 0, epoch, not_before: 0, at: 0, part: 1, parts: 1, entries: [] }

test('a snapshot is not as fresh as what was known before it', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const token = server.token()
  const connection = await server.connection()
  connection.begin({ seq: 5, entries: [supersede] })
  await verifier.ready()
  assertRefused(await verifier.verify(token), 'token_revoked')
  connection.event('snapshot', { ...snapshot, seq: 4 })
  await turns()
  assertRefused(await verifier.verify(token), 'not_ready')
  connection.event('revocation', { seq: 5, ...supersede })
  connection.fresh(5, clock.now() + 1)
  await verifier.ready()
  assertRefused(await verifier.verify(token), 'token_revoked')
})

test('what an epoch has made dead stays so in a stream of an older one', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const token = server.token()
  const connection = await server.connection()
  connection.event('snapshot', { ...snapshot, not_before: clock.now() / 1000 + 1 })
  connection.fresh(0, clock.now())
  await verifier.ready()
  assertRefused(await verifier.verify(token), 'token_revoked')
  connection.event('snapshot', { ...snapshot, epoch: 'f'.repeat(16) })
  connection.event('fresh', {
    seq: 0,
    epoch: 'f'.repeat(16),
    as_of: new Date(clock.now() + 1).toISOString(),
  })
  await turns()
  await verifier.ready()
  assertRefused(await verifier.verify(token), 'token_revoked')
})

test('what has expired by the time that the broker tells is dead, however slow the clock is here', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const token = server.token()
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  const exp = clock.now() + 300_000
  connection.fresh(0, exp - 1)
  await turns()
  assert.ok((await verifier.verify(token)).ok)
  connection.fresh(0, exp)
  await turns()
  assertRefused(await verifier.verify(token), 'token_expired')
})

test('a connection over which nothing but comments comes is given up', async () => {
  await using scene = await scriptedScene()
  const { server, verifier, clock } = scene
  const connection = await server.connection()
  connection.begin()
  await verifier.ready()
  clock.advance(15_000)
  while (!clock.sleeping().includes(2_500)) await aTurnOfTheLoop()
  connection.send(':\n\n')
  await turns()
  clock.advance(2_500)
  const next = await scene.reconnect()
  next.fresh(0, clock.now())
  await verifier.ready()
})
