// Everything that can happen to authority, by chance, beside a verifier whose line is cut at random: it never accepts what
// the broker had refused for longer than the verifier may be behind, and once it has caught up the two say the same.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeToken } from '../../../broker/test/decode-token.ts'
import { drawSeed, seededChance } from '../../../broker/test/faults/seeded-chance.ts'
import type { Chance } from '../../../broker/test/faults/seeded-chance.ts'
import { World } from '../../../broker/test/followers/world.ts'
import type { Held } from '../../../broker/test/lineages.ts'
import { offlineScene } from './offline-scene.ts'
import type { OfflineScene } from './offline-scene.ts'

const steps = 250
const mostSteps = 1_500
const maxStaleness = 5_000

test('a verifier that is cut off at random is never behind for longer than it may be, and ends as the broker', async () => {
  const seed = drawSeed()
  const chance = seededChance(seed)
  await using scene = await offlineScene({ environment: { AA_ADMIN_TOKEN_TTL: '900' } })
  const world = await World.begin(scene.broker, chance)
  const judge = new Judge(scene, world)
  try {
    for (let step = 0; step < steps || !judge.isVaried; step += 1) {
      assert.ok(step < mostSteps, JSON.stringify({ ...judge.seen, done: [...world.done] }))
      await world.step()
      await judge.look()
      if (chance() < 0.1) cutOrMend(scene, chance)
      // A second's beat of the broker, whether or not anybody can hear it.
      if (chance() < 0.3) scene.broker.broker.context.live.feeds.changes.tick()
      if (chance() < 0.5) scene.broker.advance(Math.floor(chance() * 2_000))
      await judge.compare(chance)
    }
    scene.mend()
    await judge.agree()
  } catch (error) {
    throw new Error(`with seed ${seed}`, { cause: error })
  }
})

function cutOrMend(scene: OfflineScene, chance: Chance): void {
  scene.cut()
  if (chance() < 0.7) scene.mend()
}

/** Remembers since when the broker refuses which token. */
class Judge {
  readonly #scene: OfflineScene
  readonly #world: World
  readonly #refusedSince = new Map<string, number>()
  readonly seen = { accepted: 0, behind: 0, revoked: 0, notReady: 0 }

  constructor(scene: OfflineScene, world: World) {
    this.#scene = scene
    this.#world = world
  }

  /** A run in which little happened would prove little. */
  get isVaried(): boolean {
    const { accepted, behind, revoked, notReady } = this.seen
    const isSeen = accepted >= 200 && behind >= 5 && revoked >= 100 && notReady >= 50
    return isSeen && this.#world.done.size >= 12
  }

  /** What the broker says now. */
  async look(): Promise<void> {
    for (const held of this.#world.tokens) {
      if (!this.#refusedSince.has(held.token) && (await this.#isRefused(held)))
        this.#refusedSince.set(held.token, this.#broker.now())
    }
  }

  /** Some tokens, of which the newest are the most interesting. */
  async compare(chance: Chance): Promise<void> {
    const { tokens } = this.#world
    for (const held of tokens.slice(-6)) await this.#compareOne(held)
    for (let count = 0; count < 6; count += 1) {
      const held = tokens[Math.floor(chance() * tokens.length)]
      if (held !== undefined) await this.#compareOne(held)
    }
  }

  /** Everything, once the verifier has heard of what happened last. */
  async agree(): Promise<void> {
    const scene = this.#scene
    await scene.pass(2_000)
    const last = await this.#broker.agent()
    const token = await last.token()
    await scene.untilAccepted(token)
    await last.release()
    await scene.untilRefused(token, 'token_revoked')
    await scene.pass(2_000)
    for (const held of this.#world.tokens) {
      const { ok } = await scene.verifier.verify(held.token)
      assert.equal(ok, !(await this.#isRefused(held)), JSON.stringify(held.claims))
    }
  }

  async #compareOne({ token, claims }: Held): Promise<void> {
    const result = await this.#scene.verifier.verify(token)
    const since = this.#refusedSince.get(token)
    if (result.ok) {
      this.seen.accepted += 1
      assert.ok(claims.exp * 1000 > this.#broker.now(), JSON.stringify(claims))
      if (since === undefined) return
      this.seen.behind += 1
      const behind = this.#broker.now() - since
      assert.ok(behind <= maxStaleness, `${behind} ms after its end: ${JSON.stringify(claims)}`)
    } else if (result.reason === 'token_revoked') {
      this.seen.revoked += 1
      assert.ok(since !== undefined, JSON.stringify(claims))
    } else if (result.reason === 'not_ready') this.seen.notReady += 1
  }

  /** For good: a superseded token of a live session may pass offline until it ends (contract 4.19). */
  async #isRefused({ token, claims }: Held): Promise<boolean> {
    const { client, broker } = this.#broker
    if ((await client.validate(token)).valid) return false
    const { live, keys } = broker.context
    const kids = [decodeToken(token), ...(claims.delegation_chain ?? [])].map(({ kid }) => kid)
    const isSuperseded =
      claims.exp * 1000 > this.#broker.now() &&
      !this.#world.narrowed.has(claims.jti) &&
      kids.every((kid) => keys.accepts(kid)) &&
      live.revocations.reasonOver(claims) === undefined &&
      live.revocations.reasonDead(claims) === 'superseded'
    return !isSuperseded
  }

  get #broker() {
    return this.#scene.broker
  }
}
