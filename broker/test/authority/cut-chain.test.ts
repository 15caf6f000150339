import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeToken } from '../decode-token.ts'
import { ask } from '../ask.ts'
import { askAsOperator } from '../apps.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { assertDead, assertLive } from './assert-fate.ts'
import { chainOf, hand, type Member } from './chain.ts'
import { fates, middle, type CutName, type Fate } from './cuts.ts'

interface Cut {
  readonly when: string
  readonly make: (broker: TestBroker, middle: Member, members: readonly Member[]) => Promise<void>
}

const cuts: Readonly<Record<CutName, Cut>> = {
  agent: {
    when: 'the agent in the middle is revoked',
    make: (broker, { agentId }) => revoke(broker, 'agent', agentId),
  },
  token: {
    when: 'the token in the middle is revoked',
    make: (broker, { held }) => revoke(broker, 'token', decodeToken(held).jti),
  },
  'superseded token': {
    when: 'the token in the middle is revoked by the name of one that a renewal has replaced',
    make: async (broker, { held }) => {
      const renewed = await ask(broker, 'POST', '/v1/token/renew', { bearer: held })
      assert.equal(renewed.status, 200)
      await revoke(broker, 'token', decodeToken(held).jti)
      await assertDead(broker, String(renewed.body['access_token']), 'the successor')
    },
  },
  release: {
    when: 'the holder in the middle releases its token',
    make: async (broker, { held: bearer }) => {
      const released = await ask(broker, 'POST', '/v1/token/release', { bearer })
      assert.equal(released.status, 204)
    },
  },
  app: {
    when: 'the app of the agent in the middle is deregistered',
    make: async (broker, { app: { app_id } }) => {
      const removed = await askAsOperator(broker, 'DELETE', `/v1/admin/apps/${app_id}`)
      assert.equal(removed.status, 200)
    },
  },
  login: {
    when: 'the login that launched the agent in the middle is revoked',
    make: (broker, { appToken }) => revoke(broker, 'token', decodeToken(appToken).jti),
  },
  'all logins': {
    when: 'all logins of the app of the agent in the middle are revoked',
    make: (broker, { app: { app_id } }) => revoke(broker, 'agent', `app:${app_id}`),
  },
  task: {
    when: 'the task is revoked',
    make: (broker, _middle, [root]) => revoke(broker, 'task', root?.taskId ?? ''),
  },
  'task of registration': {
    when: 'the task in which the agent in the middle was registered is revoked',
    make: (broker, { taskId }) => revoke(broker, 'task', taskId),
  },
  chain: {
    when: 'the whole chain is revoked',
    make: (broker, _middle, [root]) => revoke(broker, 'chain', root?.agentId ?? ''),
  },
}

/** All in one broker, so that a cut that reached beyond its own chain would show in another. */
test('exactly what hangs on a cut is dead, at once, after a restart, and when it may be forgotten', async (t) => {
  await using broker = await testBroker()
  const chains = new Map<CutName, readonly Member[]>()
  for (const name of Object.keys(cuts) as CutName[]) {
    chains.set(name, await chainOf(broker, { name: name.replaceAll(' ', '-') }))
    // So many sign-ins need their time.
    broker.advance(1000)
  }
  const assertOne = (name: CutName, members: readonly Member[], moment: string) =>
    t.test(`${cuts[name].when}: ${moment}`, () => assertFate(broker, members, fates[name]))
  const assertAll = async (moment: string) => {
    for (const [name, members] of chains) await assertOne(name, members, moment)
  }
  for (const [name, members] of chains) {
    const member = members[middle]
    assert.ok(member)
    await cuts[name].make(broker, member, members)
    await assertOne(name, members, 'at once')
  }
  await assertAll('when all are cut')
  await broker.restart()
  await assertAll('after a restart')
  // What an entry covers stays dead when the broker has forgotten all that it may.
  broker.advance(150_000)
  broker.broker.context.live.revocations.forgetExpired(broker.now())
  await assertAll('when it may be forgotten')
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
