import assert from 'node:assert/strict'
import type { Answer } from './answer.ts'
import { askBroker, type Twin } from './ask-broker.ts'
import { toRevokeRequest } from './asks-of-admin.ts'
import { chooseCeiling, chooseReach } from './choose.ts'
import { compareClaims, compareTokens, findLive } from './compare.ts'
import type { Tree } from './instruction.ts'
import { bind, found, Names } from './names.ts'
import type { Operation, Revoke } from './operation.ts'
import { perform } from './perform.ts'
import { plan } from './plan.ts'
import type { Port } from './port.ts'
import { isLive } from './liveness.ts'
import { foretell } from './revoke.ts'
import type { Tally } from './tally.ts'
import {
  findToken,
  newWorld,
  type Session,
  type Settings,
  type Token,
  type World,
} from './world.ts'

export interface Ground {
  readonly port: Port
  readonly settings: Settings
  /** Told of everything that happens. */
  readonly tally: Tally
}

let treeCount = 0

/** Grows one tree in the model and in the broker; throws at the first step after which they differ. */
export async function runTree({ port, settings, tally }: Ground, tree: Tree): Promise<void> {
  const world = newWorld(settings, port.now())
  const names = new Names(`tree${++treeCount}`)
  names.keys.set('k1', await port.activeKid())
  const twin: Twin = { world, port, names }
  const done: string[] = []
  const step = async (operation: Operation) => {
    done.push(JSON.stringify(operation))
    try {
      tally.add(operation, await takeStep(twin, operation))
    } catch (cause) {
      throw new Error(`${String(cause)}\nafter\n${done.join('\n')}`, { cause })
    }
  }
  try {
    for (const operation of planting(world, tree)) await step(operation)
    for (const instruction of tree.instructions) {
      const operation = plan(world, instruction)
      if (operation !== undefined) await step(operation)
    }
    await knockWithDead(twin)
    tally.tree(world)
  } finally {
    // Whatever is left has expired before the next tree begins.
    port.advance((settings.maxTtl + 3600) * 1000)
  }
}

/** The dead with the longest chains find every door shut. */
async function knockWithDead({ world, port, names }: Twin): Promise<void> {
  const dead = world.tokens
    .filter((token) => !isLive(world, token))
    .toSorted((one, other) => other.session.chain.length - one.session.chain.length)
  for (const { name } of dead.slice(0, 3)) {
    assert.deepEqual(await port.findOpenDoors(names.textOf(name)), [], name)
  }
}

/** The admin, the apps, and a launch token of each. */
function* planting(world: World, { apps }: Tree): Generator<Operation> {
  yield { ask: 'sign in admin' }
  const bearer = 't1'
  for (const { ceiling } of apps) {
    yield { ask: 'register app', bearer, ceiling: chooseCeiling(ceiling) }
  }
  for (const [index, { name, ceiling }] of world.apps.entries()) {
    const delegatesTo = chooseReach(world, apps[index]?.delegatesTo ?? 0)
    yield { ask: 'change app', bearer, app: name, delegatesTo }
    yield { ask: 'sign in app', app: name }
    yield launch(world.tokens.at(-1)?.name ?? '', ceiling, world)
  }
  yield launch(bearer, ['read:data:*', 'write:data:*', 'read:mail:*'], world)
  for (const { name, scope } of world.launchTokens) {
    yield { ask: 'register', launchToken: name, task: 'task1', scope }
  }
}

function launch(bearer: string, scope: readonly string[], { settings }: World): Operation {
  const maxTtl = Math.min(200, settings.maxTtl)
  return { ask: 'create launch token', bearer, scope, maxTtl, ttl: 300, isSingleUse: false }
}

async function takeStep(twin: Twin, operation: Operation): Promise<Answer> {
  const { world } = twin
  if (operation.ask === 'revoke') return takeRevocation(twin, operation)
  const expected = perform(world, operation)
  const { refused } = await askBroker(twin, operation, expected)
  assert.equal(refused, expected.refused)
  if (expected.refused === undefined && expected.token) meet(twin, expected.token)
  await compareTokens(twin)
  return expected
}

/** A token of which nobody knew anything before. */
function meet(twin: Twin, token: Token): void {
  const { names, world } = twin
  const { claims, kid } = found(names.tokens, token.name)
  bind(names.sessions, token.session.name, claims.sid ?? '')
  assert.equal(kid, found(names.keys, token.key.name))
  const isNew = world.tokens.every(
    (other) => other === token || found(names.tokens, other.name).claims.jti !== claims.jti,
  )
  assert.ok(isNew, 'a jti is used once')
  compareClaims(twin, token, claims)
}

/** What is said before is what dies after, by the model and by the broker alone. */
async function takeRevocation(twin: Twin, operation: Revoke): Promise<Answer> {
  const { world, port, names } = twin
  const bearer = findToken(world, operation.bearer)
  const foretold = foretell(world, operation)
  const asked = { ...toRevokeRequest(names, operation), dry_run: true }
  const said = await port.revoke(names.textOf(operation.bearer), asked)
  assert.equal(said.refused, foretold.refused, 'dry run')
  const before = await findLive(twin)

  const expected = perform(world, operation)
  const heard = await askBroker(twin, operation, expected)
  assert.equal(heard.refused, expected.refused)
  await compareTokens(twin)
  if (said.refused !== undefined || expected.refused !== undefined) return expected

  const after = await findLive(twin)
  const died = world.tokens.filter(({ name }) => before.has(name) && !after.has(name))
  assert.ok(!said.value.revoked)
  assert.equal('id' in said.value, false)
  const { count, by_depth, agents, dry_run } = said.value
  assert.equal(dry_run, true)
  assert.equal(count, died.length, 'count of the dry run')
  // An old token that was shown late has ended its session already; nobody was told how many died of it.
  if (expected.count !== undefined) assert.equal(heard.count, expected.count, 'count')
  assert.deepEqual(withoutTail(by_depth), depthsOf(died))
  const dead = died.filter(({ session }) => isShown(session, bearer.session))
  const ids = new Set(dead.map(({ session }) => names.subOf(session.sub)))
  assert.deepEqual(new Set(agents), ids)
  assert.equal(agents.length, ids.size)
  return expected
}

/** An app is told of its own agents only. */
function isShown({ task, app }: Session, asker: Session): boolean {
  return task !== undefined && (asker.kind !== 'app' || app === asker.app)
}

function depthsOf(tokens: readonly Token[]): number[] {
  const counts = [0, 0, 0, 0, 0, 0].map(
    (_zero, depth) => tokens.filter(({ session }) => session.chain.length === depth).length,
  )
  return withoutTail(counts)
}

function withoutTail(counts: readonly number[]): number[] {
  return counts.slice(0, counts.findLastIndex((count) => count > 0) + 1)
}
