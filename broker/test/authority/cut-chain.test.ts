import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeToken } from '../decode-token.ts'
import { ask } from '../ask.ts'
import { askAsOperator } from '../apps.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { assertDead, assertLive } from './assert-fate.ts'
import { chainOf, hand, type Member } from './chain.ts'

/** Who is dead after a cut, by place in the chain: 0 is the root, 5 the last delegate. */
interface Fate {
  /** Tokens held in the chain. */
  readonly held: readonly number[]
  /** The members' own registration tokens. */
  readonly own: readonly number[]
}

interface Cut {
  readonly name: string
  readonly fate: Fate
  readonly make: (broker: TestBroker, middle: Member, members: readonly Member[]) => Promise<void>
}

const below = [2, 3, 4, 5]
const whole = [0, 1, 2, 3, 4, 5]

const cuts: readonly Cut[] = [
  {
    name: 'the agent in the middle is revoked',
    fate: { held: below, own: [2] },
    make: (broker, { agentId }) => revoke(broker, 'agent', agentId),
  },
  {
    name: 'the token in the middle is revoked',
    fate: { held: below, own: [] },
    make: (broker, { held }) => revoke(broker, 'token', decodeToken(held).jti),
  },
  {
    name: 'the token in the middle is revoked by the name of one that a renewal has replaced',
    fate: { held: below, own: [] },
    make: async (broker, { held }) => {
      const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: held })
      assert.equal(renewed.status, 200)
      await revoke(broker, 'token', decodeToken(held).jti)
      await assertDead(broker, String(renewed.body['access_token']), 'the successor')
    },
  },
  {
    name: 'the holder in the middle releases its token',
    fate: { held: below, own: [] },
    make: async (broker, { held: bearer }) => {
      const released = await ask(broker, 'POST', '/v1/token/release', { bearer })
      assert.equal(released.status, 204)
    },
  },
  {
    name: 'the app of the agent in the middle is deregistered',
    fate: { held: below, own: [2] },
    make: async (broker, { app: { app_id } }) => {
      const removed = await askAsOperator(broker, 'DELETE', `/v1/admin/apps/${app_id}`)
      assert.equal(removed.status, 200)
    },
  },
  {
    name: 'the login that launched the agent in the middle is revoked',
    fate: { held: below, own: [2] },
    make: (broker, { appToken }) => revoke(broker, 'token', decodeToken(appToken).jti),
  },
  {
    name: 'all logins of the app of the agent in the middle are revoked',
    fate: { held: below, own: [2] },
    make: (broker, { app: { app_id } }) => revoke(broker, 'agent', `app:${app_id}`),
  },
  {
    name: 'the task is revoked',
    fate: { held: whole, own: [0] },
    make: (broker, _middle, [root]) => revoke(broker, 'task', root?.taskId ?? ''),
  },
  {
    name: 'the task in which the agent in the middle was registered is revoked',
    fate: { held: [], own: [2] },
    make: (broker, { taskId }) => revoke(broker, 'task', taskId),
  },
  {
    name: 'the whole chain is revoked',
    fate: { held: whole, own: [0] },
    make: (broker, _middle, [root]) => revoke(broker, 'chain', root?.agentId ?? ''),
  },
]

/** All in one broker, so that a cut that reached beyond its own chain would show in another. */
test('exactly what hangs on a cut is dead, at once, after a restart, and when it may be forgotten', async (t) => {
  await using broker = await testBroker()
  const chains = new Map<Cut, readonly Member[]>()
  for (const [place, cut] of cuts.entries()) {
    chains.set(cut, await chainOf(broker, { name: `chain-${place}` }))
    // So many sign-ins need their time.
    broker.advance(1000)
  }
  const assertFates = async (when: string) => {
    for (const [{ name, fate }, members] of chains) {
      await t.test(`${name}: ${when}`, () => assertFate(broker, members, fate))
    }
  }
  for (const [{ name, fate, make }, members] of chains) {
    const middle = members[2]
    assert.ok(middle)
    await make(broker, middle, members)
    await t.test(`${name}: at once`, () => assertFate(broker, members, fate))
  }
  await assertFates('when all are cut')
  await broker.restart()
  await assertFates('after a restart')
  // What an entry covers stays dead when the broker has forgotten all that it may.
  broker.advance(150_000)
  broker.broker.context.live.revocations.forgetExpired(broker.now())
  await assertFates('when it may be forgotten')
})

test('when a key is compromised, what it signed is dead, and every chain with a record of it', async () => {
  await using broker = await testBroker()
  const kids: string[] = []
  const between = async (made: number) => {
    if (made === 2 || made === 4) kids.push(await rotate(broker))
  }
  const members = await chainOf(broker, { between })
  const [second] = kids
  const [root, first, , , , last] = members
  assert.ok(root && first && last)
  const before = await hand(broker, first.held, root)
  await rotate(broker, { emergency: true, kid: second })
  // Places 3 and 4 were signed by it; 5 was not, but hangs on records that were.
  const fate = { held: [3, 4, 5], own: [4] }
  await assertFate(broker, members, { ...fate, own: ownSignedBy(members, second) })
  await assertLive(broker, before, 'what was delegated above')
  await broker.restart()
  await assertFate(broker, members, { ...fate, own: ownSignedBy(members, second) })
})

function ownSignedBy(members: readonly Member[], kid: string | undefined): number[] {
  return members.flatMap(({ own }, place) => (decodeToken(own).kid === kid ? [place] : []))
}

async function assertFate(
  broker: TestBroker,
  members: readonly Member[],
  { held, own }: Fate,
): Promise<void> {
  for (const [place, member] of members.entries()) {
    const heldFate = held.includes(place) ? assertDead : assertLive
    await heldFate(broker, member.held, `the token held at place ${place}`)
    if (place === 0) continue
    const ownFate = own.includes(place) ? assertDead : assertLive
    await ownFate(broker, member.own, `the own token at place ${place}`)
  }
}

async function revoke(broker: TestBroker, level: string, target: string): Promise<void> {
  const answer = await askAsOperator(broker, 'POST', '/v1/revoke', { level, target })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  assert.equal(answer.body['revoked'], true)
}

async function rotate(broker: TestBroker, body?: unknown): Promise<string> {
  const answer = await askAsOperator(broker, 'POST', '/v1/admin/keys/rotate', body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return String(answer.body['kid'])
}
