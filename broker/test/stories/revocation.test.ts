import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agentOf, alive, delegated, renewed, revokeAs, signInAdmin } from '../lineages.ts'
import { registerApp } from '../apps.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { ask } from '../ask.ts'
import { held, type Held } from '../lineages.ts'

async function signInApp(broker: TestBroker): Promise<Held> {
  const { client_id, client_secret } = await registerApp(broker)
  const { body } = await ask(broker, 'POST', '/v1/app/auth', { body: { client_id, client_secret } })
  return held(body)
}

/**
 * app -> root -> child -> grandchild -> great, and child -> sibling; root registered under `october`. An unrelated agent
 * of the same app works in another task.
 */
async function family(broker: TestBroker) {
  const admin = await signInAdmin(broker)
  const app = await signInApp(broker)
  const [one, two, three, other] = [
    await agentOf(broker, app, 'october'),
    await agentOf(broker, app, 'second'),
    await agentOf(broker, app, 'third'),
    await agentOf(broker, app, 'november'),
  ]
  const child = await delegated(broker, one, two)
  const grandchild = await delegated(broker, child, three)
  const great = await delegated(broker, grandchild, two)
  const renewedChild = await renewed(broker, child)
  const sibling = await delegated(broker, renewedChild, three)
  return {
    admin,
    app,
    old: child,
    tokens: { app, one, two, three, other, child: renewedChild, grandchild, great, sibling },
  }
}

const everybody = ['app', 'one', 'two', 'three', 'other', 'child', 'grandchild', 'great', 'sibling']

type Family = Awaited<ReturnType<typeof family>>
const cases: Record<
  string,
  {
    level: 'token' | 'agent' | 'task' | 'chain'
    target: (of: Family) => string
    dead: string[]
    unseen?: number
  }
> = {
  'a token': {
    level: 'token',
    target: ({ tokens }) => tokens.child.claims.jti,
    dead: ['child', 'grandchild', 'great', 'sibling'],
  },
  'a superseded token': {
    level: 'token',
    target: ({ old }) => old.claims.jti,
    dead: ['child', 'grandchild', 'great', 'sibling'],
  },
  'an agent in the middle': {
    level: 'agent',
    target: ({ tokens }) => tokens.two.claims.sub,
    dead: ['two', 'child', 'grandchild', 'great', 'sibling'],
  },
  'the last agent': {
    level: 'agent',
    target: ({ tokens }) => tokens.three.claims.sub,
    dead: ['three', 'grandchild', 'great', 'sibling'],
  },
  'a task': {
    level: 'task',
    target: () => 'october',
    dead: ['one', 'child', 'grandchild', 'great', 'sibling'],
  },
  'a chain': {
    level: 'chain',
    target: ({ tokens }) => tokens.one.claims.sub,
    dead: ['one', 'child', 'grandchild', 'great', 'sibling'],
  },
  "an app's token": {
    level: 'token',
    target: ({ tokens }) => tokens.app.claims.jti,
    dead: everybody,
  },
  'an app': { level: 'agent', target: ({ tokens }) => tokens.app.claims.sub, dead: everybody },
}

for (const [name, { level, target, dead }] of Object.entries(cases)) {
  test(`revoking ${name} kills what descends from it and nothing else, and tells how many`, async () => {
    await using broker = await testBroker()
    const of = await family(broker)
    const asked = { level, target: target(of) }
    const before = await revokeAs(broker, of.admin, { ...asked, dry_run: true })
    const answer = await revokeAs(broker, of.admin, asked)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    const survivors = await alive(broker, of.tokens)
    assert.deepEqual(
      survivors,
      everybody.filter((one) => !dead.includes(one)),
    )
    assert.equal(answer.body['count'], dead.length)
    assert.equal(before.body['count'], dead.length)
    await broker.restart()
    assert.deepEqual(await alive(broker, of.tokens), survivors)
  })
}
