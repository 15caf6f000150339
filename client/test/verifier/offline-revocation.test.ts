// Whatever ends a token at the broker ends it at a verifier that follows, and nothing else does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestedLevel } from '@agentwrit/client'
import { registerApp } from '../../../broker/test/apps.ts'
import {
  agentOf,
  delegated,
  renewed,
  revokeAs,
  signInAdmin,
  signInApp,
} from '../../../broker/test/lineages.ts'
import type { Held } from '../../../broker/test/lineages.ts'
import { rotate } from '../../../broker/test/signing-keys.ts'
import { assertRefused, offlineScene } from './offline-scene.ts'
import type { OfflineScene } from './offline-scene.ts'

interface Family {
  readonly admin: Held
  readonly root: Held
  readonly child: Held
  readonly grandchild: Held
  /** Of the same launcher, in another task. */
  readonly stranger: Held
}

/** A tree of authority that the verifier has accepted as a whole, and a token beside it. */
async function familyAt({ broker, verifier }: OfflineScene): Promise<Family> {
  const admin = await signInAdmin(broker)
  const [root, second, third] = [
    await agentOf(broker, admin),
    await agentOf(broker, admin),
    await agentOf(broker, admin),
  ]
  const child = await delegated(broker, root, second)
  const grandchild = await delegated(broker, child, third)
  const stranger = await agentOf(broker, admin, 'another')
  for (const { token } of [root, child, grandchild, stranger])
    assert.ok((await verifier.verify(token, { scope: 'read:data:1' })).ok)
  return { admin, root, child, grandchild, stranger }
}

const levels: readonly {
  readonly level: RequestedLevel
  readonly target: (family: Family) => string
  readonly survivors: readonly (keyof Family)[]
}[] = [
  { level: 'token', target: ({ child }) => child.claims.jti, survivors: ['root', 'stranger'] },
  { level: 'agent', target: ({ child }) => child.claims.sub, survivors: ['root', 'stranger'] },
  { level: 'task', target: ({ root }) => root.claims.task_id ?? '', survivors: ['stranger'] },
  { level: 'chain', target: ({ root }) => root.claims.sub, survivors: ['stranger'] },
  { level: 'token', target: ({ admin }) => admin.claims.jti, survivors: [] },
  { level: 'agent', target: () => 'admin', survivors: [] },
]

for (const { level, target, survivors } of levels) {
  const rest = survivors.length === 0 ? 'everything' : `all but ${survivors.join(' and ')}`
  test(`a revocation of level ${level} ends ${rest} offline, too`, async () => {
    await using scene = await offlineScene()
    const family = await familyAt(scene)
    const answer = await revokeAs(scene.broker, family.admin, { level, target: target(family) })
    assert.equal(answer.status, 200)
    await scene.untilRefused(family.grandchild.token, 'token_revoked')
    for (const name of ['root', 'child', 'grandchild', 'stranger'] as const) {
      const { ok } = await scene.verifier.verify(family[name].token)
      assert.equal(ok, survivors.includes(name), name)
      assert.equal((await scene.broker.client.validate(family[name].token)).valid, ok, name)
    }
  })
}

test('a release ends what was delegated from it, and nothing beside it', async () => {
  await using scene = await offlineScene()
  const { root, child, grandchild, stranger } = await familyAt(scene)
  await scene.broker.client.release(child.token)
  await scene.untilRefused(grandchild.token, 'token_revoked')
  assertRefused(await scene.verifier.verify(child.token), 'token_revoked')
  for (const { token } of [root, stranger]) assert.ok((await scene.verifier.verify(token)).ok)
})

test('what an app launched ends with its deregistration', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const app = await registerApp(broker)
  const agent = await agentOf(broker, await signInApp(broker, app))
  assert.ok((await verifier.verify(agent.token)).ok)
  await (await broker.operator()).deregisterApp(app.app_id)
  await scene.untilRefused(agent.token, 'token_revoked')
})

test('a lifted task is open for new tokens, and what it had killed stays dead', async () => {
  await using scene = await offlineScene()
  const { broker } = scene
  const { admin, root } = await familyAt(scene)
  const { body } = await revokeAs(broker, admin, { level: 'task', target: 'task' })
  await scene.untilRefused(root.token, 'token_revoked')
  await (await broker.operator()).liftRevocation(String(body['id']))
  await scene.pass(4_000)
  const later = await agentOf(broker, admin)
  await scene.untilAccepted(later.token)
  assertRefused(await scene.verifier.verify(root.token), 'token_revoked')
})

test('a token whose successor may do less is dead; another one lives until it ends', async () => {
  await using scene = await offlineScene()
  const { broker, verifier } = scene
  const registered = await broker.agent({ scope: ['read:data:*', 'write:data:*'] })
  const first = { token: await registered.token() }
  await registered.renew()
  const second = { token: await registered.token() }
  await registered.renew({ scope: ['read:data:*'] })
  await scene.untilRefused(second.token, 'token_revoked')
  assert.ok((await verifier.verify(first.token)).ok)
  const result = await verifier.verify(await registered.token(), { scope: 'write:data:1' })
  assertRefused(result, 'insufficient_scope')
})

test('a renewal is accepted as the token before it was', async () => {
  await using scene = await offlineScene()
  const { child } = await familyAt(scene)
  const successor = await renewed(scene.broker, child)
  assert.ok((await scene.verifier.verify(successor.token)).ok)
})

test('a new key is learned with its first token, the old one is good for what it has signed', async () => {
  await using scene = await offlineScene()
  const { broker, verifier, asked } = scene
  const { grandchild } = await familyAt(scene)
  await scene.pass(2_000)
  await rotate(broker)
  const token = await (await broker.agent()).token()
  asked.length = 0
  assert.ok((await verifier.verify(token)).ok)
  assert.deepEqual(asked, ['/.well-known/jwks.json'])
  assert.ok((await verifier.verify(grandchild.token)).ok)
})

test('a compromised key ends all that it has signed, tokens and records, whatever the cached set says', async () => {
  await using scene = await offlineScene()
  const { broker, verifier, asked } = scene
  const { root, child, grandchild } = await familyAt(scene)
  await rotate(broker)
  // Signed by the new key, with a record of the old one.
  const mixed = await renewed(broker, child)
  await scene.pass(2_000)
  assert.ok((await verifier.verify(mixed.token)).ok)
  asked.length = 0
  const old = broker.broker.context.keys.published().at(-1)?.kid ?? ''
  await rotate(broker, { emergency: true, kid: old })
  for (const { token } of [root, grandchild, mixed])
    await scene.untilRefused(token, 'token_revoked')
  assert.ok(!asked.includes('/.well-known/jwks.json'))
  assert.ok((await verifier.verify(await (await broker.agent()).token())).ok)
})

test('names of keys that nobody has cost one fetch in two seconds, however many there are', async () => {
  await using scene = await offlineScene()
  const { broker, verifier, asked } = scene
  const good = await (await broker.agent()).token()
  await scene.pass(2_000)
  asked.length = 0
  const [, payload, signature] = good.split('.')
  const storm = Array.from({ length: 200 }, (_, place) => {
    const kid = Buffer.alloc(32, place).toString('base64url')
    const header = Buffer.from(`{"alg":"EdDSA","typ":"JWT","kid":"${kid}"}`).toString('base64url')
    return `${header}.${payload}.${signature}`
  })
  for (const result of await Promise.all(storm.map((token) => verifier.verify(token))))
    assertRefused(result, 'invalid_token')
  for (const token of storm) assertRefused(await verifier.verify(token), 'invalid_token')
  assert.deepEqual(asked, ['/.well-known/jwks.json'])
  assert.ok((await verifier.verify(good)).ok)
  await scene.pass(2_000)
  assertRefused(await verifier.verify(storm[0]), 'invalid_token')
  assert.equal(asked.filter((path) => path === '/.well-known/jwks.json').length, 2)
})

test('the agent that is nobody to the broker any more is refused though its token was never seen', async () => {
  await using scene = await offlineScene()
  const { grandchild, admin } = await familyAt(scene)
  const unseen = await renewed(scene.broker, grandchild)
  await revokeAs(scene.broker, admin, { level: 'chain', target: grandchild.claims.sub })
  await revokeAs(scene.broker, admin, { level: 'agent', target: grandchild.claims.sub })
  await scene.untilRefused(grandchild.token, 'token_revoked')
  assertRefused(await scene.verifier.verify(unseen.token), 'token_revoked')
})
