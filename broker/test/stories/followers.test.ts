// A follower that is cut, paused, or sent to a restarted or restored broker ends with exactly the state of one that never
// was, and that state says of every token what the broker itself says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { publishedLineage, type Claims, type RevocationFollower } from '@agentwrit/protocol'
import { sha256 } from '../../src/domain/tokens/sha-256.ts'
import { drawSeed, seededChance } from '../faults/seeded-chance.ts'
import { CutFollower, type Endpoint } from '../followers/cut-follower.ts'
import { Reference } from '../followers/reference.ts'
import { World } from '../followers/world.ts'
import { portOf } from '../http/raw-client.ts'
import { listening } from '../http/stream-client.ts'
import { accept, copyDatabase, putBack } from '../restored.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'

const stepsPerPhase = 50
const mostSteps = 1000

test('whoever was cut off, anywhere and any number of times, knows what they know who never were', async () => {
  const seed = drawSeed()
  const chance = seededChance(seed)
  await using broker = await streaming()
  const world = await World.begin(broker, chance)
  const line = { isDown: false }
  const endpoint = (): Endpoint => ({
    // A port that nobody listens on, while the broker is away.
    port: line.isDown ? 1 : portOf(broker.broker.app),
    bearer: world.admin.token,
  })
  const followers = [1, 2, 3].map((place) => new CutFollower(endpoint, seededChance(seed + place)))
  const running = Promise.all(followers.map((follower) => follower.run()))
  const failed = running.then(() => assert.fail('a follower ended by itself'))
  failed.catch(() => undefined)
  let reference = new Reference()
  await reference.begin(broker)

  const during = async (work: Promise<unknown>) => void (await Promise.race([work, failed]))
  const live = async (isEnough = () => true) => {
    for (let step = 0; step < stepsPerPhase || !isEnough(); step += 1) {
      assert.ok(
        step < mostSteps,
        JSON.stringify([[...world.done], followers.map(({ seen }) => seen)]),
      )
      await world.step()
      await reference.keepUp(broker)
    }
    await agree({ broker, world, reference, followers })
  }
  const away = async (meanwhile?: () => Promise<void>) => {
    line.isDown = true
    await broker.restart(meanwhile)
    await listening(broker)
    line.isDown = false
  }
  try {
    await during(live())
    let copy = ''
    await during(away(async () => void (copy = copyDatabase(broker))))
    await during(live())
    await during(away())
    await during(live())
    await during(
      away(async () => {
        putBack(broker, copy)
        await accept(broker)
      }),
    )
    broker.advance(5000)
    world.forgetLaunchers()
    await during(world.requireAdmin())
    reference = new Reference()
    await reference.begin(broker)
    await during(live(() => isVaried(world, followers)))
  } catch (error) {
    throw new Error(`with seed ${seed}`, { cause: error })
  } finally {
    for (const follower of followers) follower.stop()
    await broker.broker.close()
    await running.catch(() => undefined)
  }
})

interface Scene {
  readonly broker: TestBroker
  readonly world: World
  readonly reference: Reference
  readonly followers: readonly CutFollower[]
}

/** Everybody has heard of everything, and knows the same. */
async function agree({ broker, world, reference, followers }: Scene): Promise<void> {
  await world.requireAdmin()
  await reference.keepUp(broker)
  for (const follower of followers) follower.isGood = true
  const fresh = new Reference()
  await fresh.begin(broker)
  const last = reference.follower.lastEventId
  assert.equal(fresh.follower.lastEventId, last)
  while (followers.some(({ follower }) => follower.lastEventId !== last)) await aTurnOfTheLoop()
  const all = [reference, fresh, ...followers].map(({ follower }) => follower)
  for (const one of all) {
    one.forgetExpired(broker.now())
    assert.deepEqual(one.facts?.toJSON(), reference.follower.facts?.toJSON())
  }
  await agreeWithBroker(broker, world, all)
  for (const follower of followers) follower.isGood = false
}

async function agreeWithBroker(
  place: TestBroker,
  { tokens, narrowed }: World,
  followers: readonly RevocationFollower[],
): Promise<void> {
  const { live, keys } = place.broker.context
  for (const { token, claims } of tokens.filter((one) => one.claims.exp * 1000 > place.now())) {
    const kid = kidOf(token)
    const isSigned = [kid, ...recordsOf(claims).map((record) => record.kid)].every((one) =>
      keys.accepts(one),
    )
    const isDead =
      !isSigned || narrowed.has(claims.jti) || live.revocations.reasonOver(claims) !== undefined
    const lineage = await publishedLineage({ claims, kid }, sha256)
    for (const follower of followers) {
      assert.equal(follower.isDead(lineage), isDead, JSON.stringify(claims))
    }
  }
}

function recordsOf({ delegation_chain: chain = [] }: Claims) {
  return chain
}

function kidOf(token: string): string {
  const header: { kid: string } = JSON.parse(
    Buffer.from(token.split('.')[0] ?? '', 'base64url').toString(),
  )
  return header.kid
}

/** A run in which little happened would prove little. */
function isVaried({ done }: World, followers: readonly CutFollower[]): boolean {
  const often = [
    'register',
    'delegate',
    'renew',
    'narrow',
    'release',
    'revoke token',
    'revoke task',
  ]
  const isOften = often.every((deed) => (done.get(deed) ?? 0) >= 2)
  const isCut = followers.every(({ seen }) => seen.cuts >= 10 && seen.snapshots >= 2)
  return isOften && isCut && done.size >= 13
}

function streaming(): Promise<TestBroker> {
  return testBroker({
    environment: { AA_PORT: '0', AA_ADMIN_TOKEN_TTL: '900', AA_LOG_LEVEL: 'quiet' },
  }).then(listening)
}
