import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AgentStatus } from '@agentwrit/protocol'
import type { DelegationQuery } from '../../src/domain/delegation/delegation.ts'
import type { AgentFilter } from '../../src/domain/identity/agent.ts'
import type { Revocation } from '../../src/domain/revocation/revocation.ts'
import type { NewSession } from '../../src/domain/tokens/session.ts'
import { delegated, delegationLine, launchAgent } from './sample-delegations.ts'
import {
  freshHex,
  noon,
  noonSeconds,
  presentedBy,
  sampleKey,
  sampleRelease,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

const day = 86_400_000

/** What has become of agents and of what they delegated. */
export function agentReadContract(kind: StoreKind): void {
  describe('agents and delegations as they stand', () => {
    test('an agent is active, expired, released or revoked, and stays so when its session is gone', async () => {
      await using place = await TestStore.open(kind)
      const expected: Record<string, AgentStatus> = {}
      const start = async (status: AgentStatus, taskId = 'quiet') => {
        const { session } = await launchAgent(place, taskId)
        expected[session.sub] = status
        return session
      }
      await start('active')
      await place.store.sessions.release(sampleRelease(await start('released')), [])
      await place.store.sessions.release(sampleRelease(await start('revoked'), false), [])
      await enter(place, { level: 'agent', target: (await start('revoked')).sub })
      await enter(place, { level: 'chain', target: (await start('revoked')).sub })
      await enter(place, { level: 'task', target: (await start('revoked', 'loud')).taskId ?? '' })
      const { lsid = '', appId = '' } = await start('revoked')
      await enter(place, { level: 'token', target: freshHex(32), sid: lsid })
      const ofApp = await start('revoked')
      const app = await place.store.apps.find(ofApp.appId ?? '')
      assert.ok(app !== undefined && appId !== '')
      await place.deregister(app)
      const told = async () => Object.fromEntries(await statuses(place))
      assert.deepEqual(await told(), expected)
      assert.equal(await place.store.agents.countActive(noon), 1)
      place.now = noon + day
      for (const [agentId, status] of Object.entries(expected)) {
        if (status === 'active') expected[agentId] = 'expired'
      }
      assert.deepEqual(await told(), expected)
      await place.store.prune()
      assert.equal(await place.store.sessions.find(ofApp.sid), undefined)
      await place.reopen()
      assert.deepEqual(await told(), expected)
    })

    test('an entry made after the end of an agent, and a release before it, let its status be', async () => {
      await using place = await TestStore.open(kind)
      const { session: released } = await launchAgent(place, 'task')
      const { session: expired } = await launchAgent(place, 'other')
      await place.store.sessions.release(sampleRelease(released), [])
      place.now = noon + 1
      await enter(place, { level: 'task', target: 'task' })
      place.now = noon + 300_000
      await enter(place, { level: 'task', target: 'other' })
      const told = new Map(await statuses(place))
      assert.equal(told.get(released.sub), 'released')
      assert.equal(told.get(expired.sub), 'expired')
    })

    test('an agent whose key was compromised, or whose epoch is over, is revoked', async () => {
      await using place = await TestStore.open(kind)
      const { session } = await launchAgent(place, 'task')
      const compromise =
        "update signing_keys set status = 'compromised', retired_at = ? where kid = ?"
      await place.sql.run(compromise, [noon + 1, sampleKey.kid])
      assert.deepEqual(await statuses(place), [[session.sub, 'revoked']])
      await place.sql.run("update signing_keys set status = 'active', retired_at = null")
      assert.deepEqual(await statuses(place), [[session.sub, 'active']])
      await place.bumpEpoch(1)
      assert.deepEqual(await statuses(place), [[session.sub, 'revoked']])
    })

    test('the end of an agent is that of its last token', async () => {
      await using place = await TestStore.open(kind)
      const { session } = await launchAgent(place, 'task')
      const observe = () => place.store.agents.observe(session.sub, place.now)
      assert.equal((await observe())?.expiresAt, session.currentExp)
      await place.store.sessions.renew(sampleSwap(session), [])
      assert.equal((await observe())?.expiresAt, session.currentExp + 60)
      place.now = noon + day
      await place.store.prune()
      const found = await observe()
      assert.equal(found?.expiresAt, session.currentExp + 60)
      assert.deepEqual(found?.agent, await place.store.agents.find(session.sub))
      assert.equal(await place.store.agents.observe('nobody', noon), undefined)
    })

    test('agents are listed newest first, filtered, and page by page', async () => {
      await using place = await TestStore.open(kind)
      const made: NewSession[] = []
      for (let count = 0; count < 6; count += 1) {
        made.unshift((await launchAgent(place, `task-${count % 2}`)).session)
      }
      const [newest, second] = made
      assert.ok(newest !== undefined && second !== undefined)
      await place.store.sessions.release(sampleRelease(second), [])
      const list = async (filter: AgentFilter, limit = 100, after?: string) => {
        const page = after === undefined ? { limit } : { limit, after }
        return (await place.store.agents.list(filter, page, noon)).map(({ agent }) => agent.sid)
      }
      const sids = made.map(({ sid }) => sid)
      assert.deepEqual(await list({}), sids)
      assert.deepEqual(
        await list({ taskId: 'task-1' }),
        sids.filter((_, index) => index % 2 === 0),
      )
      assert.deepEqual(await list({ appId: newest.appId ?? '' }), [newest.sid])
      assert.deepEqual(await list({ orchId: 'nobody' }), [])
      assert.deepEqual(await list({ status: 'released' }), [second.sid])
      const active = sids.filter((sid) => sid !== second.sid)
      assert.deepEqual(await list({ status: 'active' }), active)
      const first = await list({ status: 'active' }, 3)
      assert.deepEqual(first, active.slice(0, 3))
      await launchAgent(place, 'task-0')
      assert.deepEqual(await list({ status: 'active' }, 3, first.at(-1)), active.slice(3))
    })

    test('delegations are found by root, agent and task, oldest first, up to a limit, and for one app', async () => {
      await using place = await TestStore.open(kind)
      const { root, middle, last, delegate } = await delegationLine(place)
      const aside = await delegated(place, root, delegate)
      const find = async (query: Omit<DelegationQuery, 'limit'>, limit = 100) => {
        const graph = await place.store.delegations.observe({ ...query, limit }, noon)
        return {
          sids: graph.delegations.map(({ sid }) => sid),
          agents: graph.agents.map(({ agent }) => agent.agentId).toSorted(),
        }
      }
      const [toMiddle, toLast, toAside] = [middle, last, aside].map(({ session }) => session.sid)
      const all = [root, middle, last, delegate].map(({ session }) => session.sub).toSorted()
      const whole = { sids: [toMiddle, toLast, toAside], agents: all }
      assert.deepEqual(await find({ by: 'root', id: root.session.sub }), whole)
      assert.deepEqual(await find({ by: 'task', id: 'task-1' }), whole)
      assert.deepEqual(await find({ by: 'agent', id: root.session.sub }), whole)
      assert.deepEqual((await find({ by: 'root', id: root.session.sub }, 2)).sids, [
        toMiddle,
        toLast,
      ])
      const ofMiddle = await find({ by: 'agent', id: middle.session.sub })
      assert.deepEqual(ofMiddle.sids, [toMiddle, toLast])
      assert.deepEqual((await find({ by: 'agent', id: delegate.session.sub })).sids, [toAside])
      assert.deepEqual((await find({ by: 'root', id: middle.session.sub })).sids, [])
      const ofApp = { by: 'root', id: root.session.sub, appId: last.session.appId ?? '' } as const
      assert.deepEqual(await find(ofApp), { sids: [toLast], agents: [last.session.sub] })
    })

    test('a delegation ends with what is above it, and is told of after its session is gone', async () => {
      await using place = await TestStore.open(kind)
      const { root, middle, last, delegate } = await delegationLine(place)
      const below = await delegated(place, last, delegate, { currentExp: noonSeconds + 100 })
      await place.store.sessions.release(sampleRelease(below.session), [])
      place.now = noon + 1
      await place.store.sessions.release(sampleRelease(last.session, false), [])
      const told = async () => {
        const query = { by: 'task', id: 'task-1', limit: 100 } as const
        const { delegations } = await place.store.delegations.observe(query, place.now)
        return delegations.map(({ state }) => state)
      }
      assert.deepEqual(await told(), ['active', 'revoked', 'released'])
      place.now = noon + 2
      await enter(place, { level: 'agent', target: root.session.sub })
      assert.deepEqual(await told(), ['revoked', 'revoked', 'released'])
      place.now = noon + day
      await place.store.prune()
      assert.equal(await place.store.sessions.find(middle.session.sid), undefined)
      assert.deepEqual(await told(), ['revoked', 'revoked', 'released'])
    })
  })
}

async function statuses(place: TestStore): Promise<[string, AgentStatus][]> {
  const found = await place.store.agents.list({}, { limit: 100 }, place.now)
  const told = found.map(({ agent, status }): [string, AgentStatus] => [agent.agentId, status])
  for (const [agentId, status] of told) {
    const alone = await place.store.agents.observe(agentId, place.now)
    assert.equal(alone?.status, status)
    const page = { limit: 100 }
    const same = await place.store.agents.list({ status }, page, place.now)
    assert.ok(same.some(({ agent }) => agent.agentId === agentId))
  }
  return told
}

/** An entry by an operator. */
async function enter(
  place: TestStore,
  members: Pick<Revocation, 'level' | 'target' | 'sid'>,
): Promise<void> {
  const entry = { id: freshHex(16), released: false, actor: 'admin', ...members }
  const operator = await place.signIn({ startedAt: place.now, currentExp: noonSeconds + 9000 })
  const outcome = await place.store.revocations.revoke(entry, presentedBy(operator), [])
  assert.equal(outcome.kept, true)
}
