import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registerApp } from '../apps.ts'
import { ask } from '../ask.ts'
import {
  agentOf,
  alive,
  delegated,
  eventsSince,
  killedOf,
  renewed,
  revokeAs,
  signInAdmin,
  signInApp,
  type Held,
} from '../lineages.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

interface Family {
  readonly admin: Held
  /** What `child` was before its renewal. */
  readonly old: Held
  readonly living: Readonly<Record<Name, Held>>
}

const everybody = [
  'app',
  'one',
  'two',
  'three',
  'other',
  'child',
  'grandchild',
  'great',
  'sibling',
] as const
type Name = (typeof everybody)[number]

/** An app has four agents; one -> child (two) -> grandchild (three) -> great (two), and child -> sibling (three). */
async function family(broker: TestBroker): Promise<Family> {
  const admin = await signInAdmin(broker)
  const app = await signInApp(broker, await registerApp(broker))
  const one = await agentOf(broker, app, 'october')
  const two = await agentOf(broker, app, 'second')
  const three = await agentOf(broker, app, 'third')
  const other = await agentOf(broker, app, 'fourth')
  const old = await delegated(broker, one, two)
  const grandchild = await delegated(broker, old, three)
  const great = await delegated(broker, grandchild, two)
  const child = await renewed(broker, old)
  const sibling = await delegated(broker, child, three)
  const living = { app, one, two, three, other, child, grandchild, great, sibling }
  return { admin, old, living }
}

interface Case {
  readonly level: 'token' | 'agent' | 'task' | 'chain'
  readonly target: (of: Family) => string
  readonly dead: readonly Name[]
  readonly byDepth: readonly number[]
}

const belowChild = ['child', 'grandchild', 'great', 'sibling'] as const

const cases: Readonly<Record<string, Case>> = {
  'a delegated token': {
    level: 'token',
    target: ({ living }) => living.child.claims.jti,
    dead: belowChild,
    byDepth: [0, 1, 2, 1],
  },
  'a superseded token': {
    level: 'token',
    target: ({ old }) => old.claims.jti,
    dead: belowChild,
    byDepth: [0, 1, 2, 1],
  },
  'an agent in the middle': {
    level: 'agent',
    target: ({ living }) => living.two.claims.sub,
    dead: ['two', ...belowChild],
    byDepth: [1, 1, 2, 1],
  },
  'the last agent': {
    level: 'agent',
    target: ({ living }) => living.three.claims.sub,
    dead: ['three', 'grandchild', 'great', 'sibling'],
    byDepth: [1, 0, 2, 1],
  },
  'a task': {
    level: 'task',
    target: () => 'october',
    dead: ['one', ...belowChild],
    byDepth: [1, 1, 2, 1],
  },
  'a chain': {
    level: 'chain',
    target: ({ living }) => living.one.claims.sub,
    dead: ['one', ...belowChild],
    byDepth: [1, 1, 2, 1],
  },
  'the chain of an agent that only received': {
    level: 'chain',
    target: ({ living }) => living.two.claims.sub,
    dead: ['two'],
    byDepth: [1],
  },
  'the token of an app': {
    level: 'token',
    target: ({ living }) => living.app.claims.jti,
    dead: everybody,
    byDepth: [5, 1, 2, 1],
  },
  'an app': {
    level: 'agent',
    target: ({ living }) => living.app.claims.sub,
    dead: everybody,
    byDepth: [5, 1, 2, 1],
  },
}

for (const [name, { level, target, dead, byDepth }] of Object.entries(cases)) {
  test(`revoking ${name} kills what descends from it and nothing else, as was foreseen`, async () => {
    await using broker = await testBroker()
    const of = await family(broker)
    const asked = { level, target: target(of) }
    const start = await broker.broker.context.store.audit.count()

    const foreseen = await revokeAs(broker, of.admin, { ...asked, dry_run: true })
    const { agents, ...counted } = foreseen.body
    const preview = { ...asked, revoked: false, dry_run: true, count: dead.length }
    assert.deepEqual(counted, { ...preview, by_depth: byDepth })
    assert.deepEqual(agents, agentsAmong(of, dead))
    assert.deepEqual(await alive(broker, of.living), everybody)
    assert.deepEqual(await eventsSince(broker, start), [])

    const { status, body } = await revokeAs(broker, of.admin, asked)
    assert.equal(status, 200)
    const { id } = body
    assert.deepEqual(body, { ...asked, revoked: true, count: dead.length, id })
    const survivors = everybody.filter((one) => !dead.includes(one))
    assert.deepEqual(await alive(broker, of.living), survivors)
    assert.equal(await killedOf(broker, level), dead.length)
    const [revoked, effect, ...others] = await eventsSince(broker, start)
    assert.equal(revoked?.event_type, 'token_revoked')
    assert.equal(effect?.event_type, 'revocation_effect')
    assert.ok(effect.detail.includes(` | revocation=${String(id)} | level=${level}`))
    assert.ok(effect.detail.endsWith(` | count=${dead.length} | count_complete=true`))
    assert.deepEqual(others, [])
    await broker.restart()
    assert.deepEqual(await alive(broker, of.living), survivors)
    const again = await revokeAs(broker, await signInAdmin(broker), { ...asked, dry_run: true })
    assert.equal(again.body['count'], 0)
  })
}

/** In the order of their sessions, which is the order in which they were begun. */
function agentsAmong({ living }: Family, names: readonly Name[]): string[] {
  const held = names.map((name) => living[name].claims).filter(({ sub }) => !sub.startsWith('app:'))
  const inOrder = held.toSorted((one, other) => ((one.sid ?? '') < (other.sid ?? '') ? -1 : 1))
  return [...new Set(inOrder.map(({ sub }) => sub))]
}

test('what a release, a deregistration and a theft kill is counted by level and audited', async () => {
  await using broker = await testBroker()
  const of = await family(broker)
  const { child, other, two, app } = of.living
  const start = await broker.broker.context.store.audit.count()
  await ask(broker, 'POST', '/v1/token/release', { bearer: other.token })
  assert.equal(await killedOf(broker, 'release'), 1)
  assert.deepEqual(await typesSince(broker, start), ['token_released'])

  await ask(broker, 'POST', '/v1/token/release', { bearer: child.token })
  assert.equal(await killedOf(broker, 'release'), 1 + belowChild.length)
  const types = ['token_released', 'token_released', 'revocation_effect']
  assert.deepEqual(await typesSince(broker, start), types)

  await renewed(broker, two)
  broker.advance(11_000)
  await ask(broker, 'POST', '/v1/token/renew', { bearer: two.token })
  assert.deepEqual((await typesSince(broker, start)).slice(-2), [
    'token_reuse_detected',
    'revocation_effect',
  ])
  assert.equal(await killedOf(broker, 'token'), 1)

  const path = `/v1/admin/apps/${app.claims.app_id ?? ''}`
  await ask(broker, 'DELETE', path, { bearer: of.admin.token })
  assert.deepEqual((await typesSince(broker, start)).slice(-2), [
    'app_deregistered',
    'revocation_effect',
  ])
  assert.deepEqual(await alive(broker, of.living), [])
  // The app itself, one and three: the others were dead.
  assert.equal(await killedOf(broker, 'app'), 3)
})

async function typesSince(broker: TestBroker, start: number): Promise<string[]> {
  return (await eventsSince(broker, start)).map((event) => event.event_type)
}

test('delegations that a shortened renewal ends are counted', async () => {
  const environment: Record<string, string> = {}
  await using broker = await testBroker({ environment })
  const admin = await signInAdmin(broker)
  const [one, two] = [await agentOf(broker, admin, 'a'), await agentOf(broker, admin, 'b')]
  const [child, twin] = [await delegated(broker, one, two), await delegated(broker, one, two)]
  const grandchild = await delegated(broker, child, one)
  const start = await broker.broker.context.store.audit.count()
  environment['AA_MAX_TTL'] = '100'
  await broker.restart()
  await renewed(broker, one)
  assert.deepEqual(await alive(broker, { child, twin, grandchild }), [])
  const [, ended, effect] = await eventsSince(broker, start)
  assert.equal(ended?.event_type, 'token_revoked')
  assert.ok(effect?.detail.endsWith(' | count=3 | count_complete=true'))
  assert.equal(await killedOf(broker, 'token'), 3)
})
