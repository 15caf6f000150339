// What operators and apps are told of delegations: contract 4.29.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { DelegationTree } from '@agentwrit/protocol'
import { askAsOperator, signIn } from '../apps.ts'
import { ask, assertProblem, type Answer } from '../ask.ts'
import { chainOf, delegate, hand, joinAs, scope, type Member } from '../authority/chain.ts'
import { decodeToken } from '../decode-token.ts'
import { asNewOperator, rotate } from '../signing-keys.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { day, revoke, second } from './asks-about-agents.ts'

const path = '/v1/delegations'

function treeOf({ status, body }: Answer): DelegationTree {
  assert.equal(status, 200, JSON.stringify(body))
  const { nodes, edges, truncated } = body
  assert.ok(Array.isArray(nodes) && Array.isArray(edges) && typeof truncated === 'boolean')
  return { nodes, edges, truncated }
}

type Selection = Readonly<Record<string, string>>

const urlOf = (selection: Selection) => `${path}?${new URLSearchParams(selection).toString()}`

const show = async (broker: TestBroker, selection: Selection) =>
  treeOf(await asNewOperator(broker, 'GET', urlOf(selection)))

/** Who gave to whom, as places in the list of members. */
function hops({ edges }: DelegationTree, members: readonly Pick<Member, 'agentId'>[]): string[] {
  const placeOf = (id: string) => members.findIndex(({ agentId }) => agentId === id)
  return edges.map(({ from, to }) => `${placeOf(from)}>${placeOf(to)}`)
}

const states = ({ edges }: DelegationTree) => edges.map(({ state }) => state)

function required(member: Member | undefined): Member {
  assert.ok(member !== undefined)
  return member
}

/** A chain 0 > 1 > 2 > 3, and a branch 1 > 4 beside it. */
async function branchedTree(broker: TestBroker, name = 'task') {
  const between = async () => broker.advance(10)
  const members = await chainOf(broker, { depth: 3, name, between })
  broker.advance(10)
  const aside = await joinAs(broker, `${name}-aside`)
  const held = await hand(broker, required(members[1]).held, aside)
  const all = [...members, { ...aside, held }]
  return { members: all, root: required(all[0]), middle: required(all[1]) }
}

test('the tree of a root holds every delegation, oldest first, and the agents at their ends', async () => {
  await using broker = await testBroker()
  const { members, root, middle } = await branchedTree(broker)
  const tree = await show(broker, { root: root.agentId })
  assert.deepEqual(hops(tree, members), ['0>1', '1>2', '2>3', '1>4'])
  assert.equal(tree.truncated, false)
  const [edge] = tree.edges
  const { jti, sid, delegation_chain: [record] = [] } = decodeToken(middle.held)
  assert.deepEqual(edge, {
    from: root.agentId,
    to: middle.agentId,
    scope,
    granted_scope: scope,
    jti,
    sid,
    state: 'active',
    delegated_at: record?.delegated_at,
  })
  assert.match(edge?.delegated_at ?? '', /\.\d{3}Z$/)
  assert.equal(tree.nodes.length, members.length)
  for (const { agentId, taskId, app } of members) {
    const node = tree.nodes.find(({ agent_id: id }) => id === agentId)
    assert.deepEqual(node, {
      agent_id: agentId,
      app_id: app.app_id,
      task_id: taskId,
      status: 'active',
      expires_at: '2026-01-02T03:09:05Z',
    })
  }
  assert.deepEqual(await show(broker, { root: middle.agentId }), {
    nodes: [],
    edges: [],
    truncated: false,
  })
})

test('the view of an agent runs from the root to it, and holds all below, but nothing beside', async () => {
  await using broker = await testBroker()
  const { members } = await branchedTree(broker)
  const seen = async (place: number) =>
    hops(await show(broker, { agent_id: required(members[place]).agentId }), members)
  assert.deepEqual(await seen(0), ['0>1', '1>2', '2>3', '1>4'])
  assert.deepEqual(await seen(2), ['0>1', '1>2', '2>3'])
  assert.deepEqual(await seen(3), ['0>1', '1>2', '2>3'])
  assert.deepEqual(await seen(4), ['0>1', '1>4'])
  // A delegation by its registration, too, and one to itself.
  const [, , two, three] = members
  broker.advance(1)
  await hand(broker, required(two).own, required(three))
  broker.advance(1)
  await hand(broker, required(two).own, required(two))
  assert.deepEqual(await seen(2), ['0>1', '1>2', '2>3', '2>3', '2>2'])
})

test('the view of a task holds what was delegated in its name, whoever received it', async () => {
  await using broker = await testBroker()
  const { members, root, middle } = await branchedTree(broker)
  await hand(broker, middle.own, root)
  const task = await show(broker, { task_id: root.taskId })
  assert.deepEqual(hops(task, members), ['0>1', '1>2', '2>3', '1>4'])
  assert.deepEqual(hops(await show(broker, { task_id: middle.taskId }), members), ['1>0'])
  assert.deepEqual(hops(await show(broker, { task_id: 'nothing' }), members), [])
})

test('a delegation has the fate of whatever above it ended first, for seven days', async () => {
  await using broker = await testBroker()
  const { members, root } = await branchedTree(broker)
  const [, one, two, three] = members
  const told = async () => states(await show(broker, { root: root.agentId }))
  assert.deepEqual(await told(), ['active', 'active', 'active', 'active'])
  await ask(broker, 'POST', '/v1/token/release', { bearer: required(three).held })
  assert.deepEqual(await told(), ['active', 'active', 'released', 'active'])
  broker.advance(1)
  await ask(broker, 'POST', '/v1/token/release', { bearer: required(two).held })
  broker.advance(1)
  await revoke(broker, 'agent', required(one).agentId)
  const ended = ['revoked', 'released', 'released', 'revoked']
  assert.deepEqual(await told(), ended)
  const statuses = async () => {
    const { nodes } = await show(broker, { root: root.agentId })
    const statusById = new Map(nodes.map(({ agent_id: id, status }) => [id, status]))
    return members.map(({ agentId }) => statusById.get(agentId))
  }
  assert.deepEqual(await statuses(), ['active', 'revoked', 'active', 'active', 'active'])
  broker.advance(day)
  await broker.broker.context.store.prune()
  await broker.restart()
  assert.deepEqual(await told(), ended)
  assert.deepEqual(await statuses(), ['expired', 'revoked', 'expired', 'expired', 'expired'])
  broker.advance(7 * day)
  await broker.broker.context.store.prune()
  assert.deepEqual(await told(), [])
})

test('a delegation that nobody ended expires, also when the delegate ends after it', async () => {
  await using broker = await testBroker()
  const { members, root } = await branchedTree(broker)
  broker.advance(250 * second)
  await revoke(broker, 'agent', required(members[3]).agentId)
  const tree = await show(broker, { root: root.agentId })
  assert.deepEqual(states(tree), ['expired', 'expired', 'expired', 'expired'])
})

test('each level of revocation tells on the delegations that it kills', async () => {
  const kills: [string, (members: readonly Member[]) => string, string[]][] = [
    ['chain', ([root]) => required(root).agentId, ['revoked', 'revoked', 'revoked', 'revoked']],
    ['task', ([root]) => required(root).taskId, ['revoked', 'revoked', 'revoked', 'revoked']],
    ['task', ([, one]) => required(one).taskId, ['active', 'active', 'active', 'active']],
    ['chain', ([, one]) => required(one).agentId, ['active', 'active', 'active', 'active']],
    [
      'token',
      ([, , two]) => decodeToken(required(two).held).jti,
      ['active', 'revoked', 'revoked', 'active'],
    ],
    [
      'token',
      ([, , two]) => decodeToken(required(two).appToken).jti,
      ['active', 'revoked', 'revoked', 'active'],
    ],
  ]
  await using broker = await testBroker()
  const trees = []
  for (const [place, [level, targetOf, expected]] of kills.entries()) {
    const { members, root } = await branchedTree(broker, `tree-${place}`)
    trees.push({ level, target: targetOf(members), root: root.agentId, expected })
  }
  const told = async (root: string) => {
    // So many sign-ins need their time.
    broker.advance(1000)
    return states(await show(broker, { root }))
  }
  for (const { level, target } of trees) await revoke(broker, level, target)
  for (const { level, root, expected } of trees) {
    assert.deepEqual(await told(root), expected, level)
  }
  broker.advance(day)
  await broker.broker.context.store.prune()
  for (const { level, root, expected } of trees) {
    const later = expected.map((state) => (state === 'active' ? 'expired' : state))
    assert.deepEqual(await told(root), later, level)
  }
})

test('a record signed by a compromised key revokes its delegation and all below', async () => {
  await using broker = await testBroker()
  let kid = ''
  const between = async (made: number) => {
    broker.advance(1)
    if (made === 1) kid = String((await rotate(broker))['kid'])
    if (made === 2) await rotate(broker)
  }
  const members = await chainOf(broker, { depth: 3, between })
  await rotate(broker, { emergency: true, kid })
  const tree = await show(broker, { root: required(members[0]).agentId })
  assert.deepEqual(states(tree), ['active', 'revoked', 'revoked'])
})

test('an app sees the delegations from and to its agents, and of the agents its own alone', async () => {
  await using broker = await testBroker()
  const { members, root, middle } = await branchedTree(broker)
  const { bearer, two } = { bearer: middle.appToken, two: required(members[2]) }
  const asApp = async (selection: Selection, token = bearer) =>
    treeOf(await ask(broker, 'GET', urlOf(selection), { bearer: token }))
  for (const selection of [
    { root: root.agentId },
    { task_id: root.taskId },
    { agent_id: middle.agentId },
  ]) {
    const tree = await asApp(selection)
    assert.deepEqual(hops(tree, members), ['0>1', '1>2', '1>4'])
    assert.deepEqual(
      tree.nodes.map(({ agent_id: id }) => id),
      [middle.agentId],
    )
  }
  assert.deepEqual(hops(await asApp({ agent_id: two.agentId }), members), ['0>1', '1>2'])
  const stranger = await (await signIn(broker, (await joinAs(broker, 'stranger')).app)).token()
  for (const selection of [{ root: root.agentId }, { task_id: root.taskId }]) {
    assert.deepEqual(await asApp(selection, stranger), { nodes: [], edges: [], truncated: false })
  }
})

test('at most 5000 delegations are shown, the oldest, and it is told when there are more', async () => {
  await using broker = await testBroker()
  const root = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'
  addDelegations(broker, root, 5000)
  const whole = await show(broker, { root })
  assert.equal(whole.edges.length, 5000)
  assert.equal(whole.truncated, false)
  addDelegations(broker, root, 1)
  for (const selection of [{ root }, { agent_id: root }, { task_id: 't' }]) {
    const { edges, truncated } = await show(broker, selection)
    assert.equal(truncated, true)
    assert.deepEqual(edges, whole.edges)
  }
})

test('how much others have delegated changes nothing that an app is shown, unless it walks through theirs', async () => {
  await using broker = await testBroker()
  const root = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'
  const bearer = await (await signIn(broker, (await joinAs(broker, 'task')).app)).token()
  addDelegations(broker, root, 20_001)
  const asApp = async (selection: Selection) =>
    treeOf(await ask(broker, 'GET', urlOf(selection), { bearer }))
  const nothing = { nodes: [], edges: [] }
  assert.deepEqual(await asApp({ root }), { ...nothing, truncated: false })
  assert.deepEqual(await asApp({ task_id: 't' }), { ...nothing, truncated: false })
  assert.deepEqual(await asApp({ agent_id: root }), { ...nothing, truncated: true })
})

/** So many more delegations of one agent, each younger than those before, written straight into the database. */
function addDelegations(broker: TestBroker, root: string, count: number): void {
  const database = new DatabaseSync(broker.databasePath, { timeout: 5000 })
  const insert = `with recursive numbers (number) as (select 1 union all select number + 1 from numbers where number < ?3)
    insert into delegations (sid, parent_sid, root, agent, delegatee, task_id, jti, scope, granted_scope, kid,
      delegated_at, keep_until)
    select printf('%08d', number + (select count(*) from delegations)), 'p', ?1, ?1, 'd' || number, 't', 'j', '[]', '[]',
      'k', ?2, ?2 from numbers`
  database.prepare(insert).run(root, broker.now(), count)
  database.close()
}

test('exactly one selection, and a good one, is needed', async () => {
  await using broker = await testBroker()
  const agentId = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'
  const bad: Selection[] = [
    {},
    { root: agentId, agent_id: agentId },
    { root: agentId, agent_id: agentId, task_id: 't' },
    { root: 'admin' },
    { root: '' },
    { agent_id: `${agentId}8` },
    { agent_id: 'x'.repeat(1025) },
    { task_id: '..' },
    { task_id: '' },
    { task_id: 'a b' },
  ]
  for (const selection of bad) {
    const answer = await askAsOperator(broker, 'GET', urlOf(selection))
    assertProblem(answer, 400, 'invalid_request')
  }
  const twice = `${path}?task_id=a&task_id=b`
  assertProblem(await askAsOperator(broker, 'GET', twice), 400, 'invalid_request')
})

test('agents read no delegations, nobody does without a bearer, and HEAD answers as GET does', async () => {
  await using broker = await testBroker()
  const { own, agentId } = await joinAs(broker, 'task')
  const asked = { delegate_to: agentId, scope }
  assert.equal((await delegate(broker, own, asked)).status, 200)
  const url = urlOf({ root: agentId })
  assertProblem(await ask(broker, 'GET', url, { bearer: own }), 403, 'insufficient_scope')
  assertProblem(await ask(broker, 'GET', url), 401, 'unauthorized')
  const got = await askAsOperator(broker, 'GET', url)
  const head = await askAsOperator(broker, 'HEAD', url)
  assert.equal(head.status, 200)
  assert.equal(head.headers.get('content-length'), got.headers.get('content-length'))
})
