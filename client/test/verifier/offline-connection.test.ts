// Cut off, left behind, restarted: what a verifier knows is never believed for longer than it is fresh, and comes back by
// itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { agentOf, renewed, revokeAs, signInAdmin } from '../../../broker/test/lineages.ts'
import { accept, copyDatabase, putBack } from '../../../broker/test/restored.ts'
import { assertRefused, offlineScene } from './offline-scene.ts'

const stream = '/v1/revocations/stream'

test('whoever cannot hear of revocations refuses everything after five seconds, and recovers by itself', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const [known, unseen] = [
    await (await broker.agent()).token(),
    await (await broker.agent()).token(),
  ]
  assert.ok((await verifier.verify(known)).ok)
  scene.cut()
  broker.advance(5_000)
  assert.ok((await verifier.verify(known)).ok)
  broker.advance(1)
  for (const token of [known, unseen, 'garbage'])
    assertRefused(await verifier.verify(token), 'not_ready')
  scene.mend()
  await scene.untilAccepted(known)
  assert.ok((await verifier.verify(unseen)).ok)
})

test('what was revoked while the line was cut is dead as soon as it is mended', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const admin = await signInAdmin(broker)
  const [victim, other] = [await agentOf(broker, admin), await agentOf(broker, admin)]
  assert.ok((await verifier.verify(victim.token)).ok)
  const before = broker.broker.context.live.feeds.changes.seq
  scene.cut()
  await revokeAs(broker, admin, { level: 'agent', target: victim.claims.sub })
  assert.ok((await verifier.verify(victim.token)).ok)
  scene.mend()
  await scene.untilRefused(victim.token, 'token_revoked')
  assert.ok((await verifier.verify(other.token)).ok)
  assert.equal(before, 0)
})

test('a process that was stopped refuses what it has accepted, until it has caught up', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const token = await (await broker.agent()).token()
  assert.ok((await verifier.verify(token)).ok)
  broker.advance(5_001)
  assertRefused(await verifier.verify(token), 'not_ready')
  broker.broker.context.live.feeds.changes.tick()
  await scene.untilAccepted(token)
})

test('a broker that is restarted is followed again', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const admin = await signInAdmin(broker)
  const [victim, other] = [await agentOf(broker, admin), await agentOf(broker, admin)]
  assert.ok((await verifier.verify(victim.token)).ok)
  await broker.restart()
  await broker.broker.listen()
  await revokeAs(broker, admin, { level: 'agent', target: victim.claims.sub })
  await scene.untilRefused(victim.token, 'token_revoked')
  await scene.untilAccepted(other.token)
  await scene.pass(6_000)
  assert.ok((await verifier.verify(other.token)).ok)
})

test('a new epoch ends what was issued before it, though the database knows of no revocation', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const token = await (await broker.agent()).token()
  assert.ok((await verifier.verify(token)).ok)
  let copy = ''
  await broker.restart(async () => void (copy = copyDatabase(broker)))
  await broker.broker.listen()
  await broker.restart(async () => {
    putBack(broker, copy)
    await accept(broker)
  })
  broker.advance(5_000)
  await broker.broker.listen()
  await scene.untilRefused(token, 'token_revoked')
  const admin = await signInAdmin(broker)
  const later = await agentOf(broker, admin)
  await scene.untilAccepted(later.token)
})

test('its own token is bought anew before it ends, and the stream goes on', async () => {
  await using scene = await offlineScene()
  const { broker, asked } = scene
  const token = await (await broker.agent({ maxTtl: 3_600 })).token()
  const signIns = () => asked.filter((path) => path === '/v1/app/auth').length
  const before = signIns()
  const streams = asked.filter((path) => path === stream).length
  // Half an hour by default, and a minute to spare.
  for (let minute = 0; minute < 35; minute += 1) await scene.pass(60_000)
  await scene.untilAccepted(token)
  assert.equal(signIns(), before + 1)
  assert.ok(asked.filter((path) => path === stream).length > streams)
})

test('a session that was ended is begun anew', async () => {
  await using scene = await offlineScene()
  const { broker, asked } = scene
  const token = await (await broker.agent()).token()
  const admin = await signInAdmin(broker)
  const verifierApp = await appIdOf(scene.broker)
  asked.length = 0
  const target = `app:${verifierApp}`
  assert.equal((await revokeAs(broker, admin, { level: 'agent', target })).status, 200)
  while (!asked.includes('/v1/app/auth')) await aTurnOfTheLoop()
  await scene.pass(6_000)
  await scene.untilAccepted(token)
})

test('a verifier that was deregistered ends with what it knows, and says why', async () => {
  await using scene = await offlineScene()
  const { broker, verifier, errors } = scene
  const token = await (await broker.agent()).token()
  assert.ok((await verifier.verify(token)).ok)
  await (await broker.operator()).deregisterApp(await appIdOf(broker))
  while (errors.length === 0) await aTurnOfTheLoop()
  broker.advance(5_001)
  assertRefused(await verifier.verify(token), 'not_ready')
  await assert.rejects(verifier.ready({ timeout: 20 }))
})

test('changes in the meantime are resumed by number, not told anew as a whole', async () => {
  await using scene = await offlineScene()
  const { broker } = scene
  const admin = await signInAdmin(broker)
  const agent = await agentOf(broker, admin)
  await renewed(broker, agent)
  for (const target of ['one', 'two', 'three'])
    await revokeAs(broker, admin, { level: 'task', target })
  const victim = await agentOf(broker, admin)
  await revokeAs(broker, admin, { level: 'agent', target: victim.claims.sub })
  await scene.untilRefused(victim.token, 'token_revoked')
  const ids = scene.resumed
  scene.cut()
  scene.mend()
  await scene.pass(6_000)
  assert.equal(ids.at(-1), `${(await broker.broker.context.store.head()).epoch}.4`)
})

async function appIdOf(broker: Parameters<typeof signInAdmin>[0]): Promise<string> {
  for await (const { name, app_id: appId } of (await broker.operator()).listApps())
    if (name === 'records') return appId
  throw new Error('there is no such app')
}
