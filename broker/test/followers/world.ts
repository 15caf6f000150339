import assert from 'node:assert/strict'
import type { RegisterAppResponse, RequestedLevel, RevocationList } from '@agentwrit/protocol'
import { ask } from '../ask.ts'
import type { Chance } from '../faults/seeded-chance.ts'
import { held, registerUnder, revokeAs, signInAdmin, signInApp, type Held } from '../lineages.ts'
import type { TestBroker } from '../test-broker.ts'

/** Apps, agents and delegations of one broker, and everything that can end them, by chance. */
export class World {
  readonly broker: TestBroker
  readonly #chance: Chance
  admin: Held
  /** Every token ever issued, and the keys of those that a narrower one has replaced. */
  readonly tokens: Held[] = []
  readonly narrowed = new Set<string>()
  /** How often each deed was done, not only tried. */
  readonly done = new Map<string, number>()
  #launchTokens: string[] = []
  #apps: RegisterAppResponse[] = []

  private constructor(broker: TestBroker, chance: Chance, admin: Held) {
    this.broker = broker
    this.#chance = chance
    this.admin = admin
    this.tokens.push(admin)
  }

  static async begin(broker: TestBroker, chance: Chance): Promise<World> {
    return new World(broker, chance, await signInAdmin(broker))
  }

  /** One deed, if it can be done just now. */
  async step(): Promise<void> {
    await this.requireAdmin()
    const deeds = Object.entries(this.#deeds())
    const weights = deeds.map(([, [weight]]) => weight)
    let point = this.#chance() * weights.reduce((sum, weight) => sum + weight, 0)
    const index = weights.findIndex((weight) => (point -= weight) < 0)
    const [name, [, deed]] = deeds[index] ?? ['nothing', [0, async () => false]]
    if (await deed()) this.done.set(name, (this.done.get(name) ?? 0) + 1)
  }

  /** Somebody has to be able to ask. */
  async requireAdmin(): Promise<void> {
    const { valid } = await this.broker.client.validate(this.admin.token)
    if (valid && this.admin.claims.exp * 1000 - this.broker.now() > 120_000) return
    this.broker.advance(1000)
    this.admin = await signInAdmin(this.broker)
    this.tokens.push(this.admin)
  }

  /** Launch tokens and apps of a history that is no more. */
  forgetLaunchers(): void {
    this.#launchTokens = []
    this.#apps = []
  }

  #deeds(): Readonly<Record<string, readonly [number, () => Promise<boolean>]>> {
    return {
      register: [6, () => this.#register()],
      delegate: [6, () => this.#delegate()],
      renew: [3, () => this.#renew({})],
      narrow: [3, () => this.#renew({ scope: ['read:data:one'] })],
      release: [3, () => this.#release()],
      'revoke token': [2, () => this.#revoke('token', this.#some(this.tokens)?.claims.jti)],
      'revoke agent': [2, () => this.#revoke('agent', this.#someAgent()?.claims.sub)],
      'revoke chain': [1, () => this.#revoke('chain', this.#someAgent()?.claims.sub)],
      'revoke task': [2, () => this.#revoke('task', this.#someTask())],
      'revoke app': [1, () => this.#revoke('agent', this.#someApp())],
      lift: [2, () => this.#lift()],
      'register app': [2, () => this.#registerApp()],
      deregister: [1, () => this.#deregister()],
      'end key': [0.3, () => this.#endKey()],
      wait: [2, async () => this.#wait(this.#chance() * 30_000)],
      'wait long': [0.3, async () => this.#wait(200_000 + this.#chance() * 200_000)],
      prune: [0.5, async () => (await this.broker.broker.context.store.prune()) >= 0],
    }
  }

  async #register(): Promise<boolean> {
    const launchToken = this.#some(this.#launchTokens) ?? (await this.#launch(this.admin))
    if (this.#chance() < 0.2) await this.#launch(this.admin)
    const { status, body } = await registerUnder(this.broker, launchToken, this.#someTask())
    if (status === 200) this.tokens.push(held(body))
    else this.#launchTokens = this.#launchTokens.filter((one) => one !== launchToken)
    return status === 200
  }

  async #launch({ token: bearer, claims }: Held): Promise<string> {
    const kind = claims.sub === 'admin' ? 'admin' : 'app'
    const body = {
      agent_name: 'worker',
      allowed_scope: ['read:data:*'],
      single_use: false,
      ttl: 600,
    }
    const made = await ask(this.broker, 'POST', `/v1/${kind}/launch-tokens`, { bearer, body })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const launchToken = String(made.body['launch_token'])
    this.#launchTokens.push(launchToken)
    return launchToken
  }

  async #delegate(): Promise<boolean> {
    const [from, to] = [this.#someAgent(), this.#someAgent()]
    if (from === undefined || to === undefined) return false
    const body = { delegate_to: to.claims.sub, scope: ['read:data:one'], ttl: 250 }
    return this.#issue(from, '/v1/delegate', body)
  }

  async #renew(body: { readonly scope?: string[] }): Promise<boolean> {
    const old = this.#someAgent()
    if (old === undefined || !(await this.#issue(old, '/v1/token/renew', body))) return false
    const isNarrower = body.scope !== undefined && old.claims.scope.includes('read:data:*')
    if (isNarrower) this.narrowed.add(old.claims.jti)
    return isNarrower || body.scope === undefined
  }

  async #issue({ token: bearer }: Held, path: string, body: object): Promise<boolean> {
    const answer = await ask(this.broker, 'POST', path, { bearer, body })
    if (answer.status === 200) this.tokens.push(held(answer.body))
    return answer.status === 200
  }

  async #release(): Promise<boolean> {
    const bearer = this.#someAgent()?.token ?? ''
    return (await ask(this.broker, 'POST', '/v1/token/release', { bearer })).status === 204
  }

  async #revoke(level: RequestedLevel, target: string | undefined): Promise<boolean> {
    if (target === undefined) return false
    return (await revokeAs(this.broker, this.admin, { level, target })).status === 200
  }

  async #lift(): Promise<boolean> {
    const bearer = this.admin.token
    const list = '/v1/revocations?level=task&in_force=true'
    const { body } = await ask(this.broker, 'GET', list, { bearer })
    // oxlint-disable-next-line no-unsafe-type-assertion -- what 200 answers
    const { revocations } = body as unknown as RevocationList
    const id = this.#some(revocations.filter((entry) => entry.lifted_at === undefined))?.id
    if (id === undefined) return false
    return (await ask(this.broker, 'DELETE', `/v1/revocations/${id}`, { bearer })).status === 200
  }

  async #registerApp(): Promise<boolean> {
    const body = { name: `tenant-${this.tokens.length}`, scopes: ['read:data:*'] }
    const bearer = this.admin.token
    const made = await ask(this.broker, 'POST', '/v1/admin/apps', { bearer, body })
    if (made.status !== 201) return false
    // oxlint-disable-next-line no-unsafe-type-assertion -- what 201 answers
    const app = made.body as unknown as RegisterAppResponse
    this.#apps.push(app)
    const signedIn = await signInApp(this.broker, app)
    this.tokens.push(signedIn)
    await this.#launch(signedIn)
    return true
  }

  async #deregister(): Promise<boolean> {
    const app = this.#apps.shift()
    if (app === undefined) return false
    const bearer = this.admin.token
    return (
      (await ask(this.broker, 'DELETE', `/v1/admin/apps/${app.app_id}`, { bearer })).status === 200
    )
  }

  async #endKey(): Promise<boolean> {
    const bearer = this.admin.token
    const body = { emergency: true }
    return (
      (await ask(this.broker, 'POST', '/v1/admin/keys/rotate', { bearer, body })).status === 200
    )
  }

  #wait(milliseconds: number): boolean {
    this.broker.advance(Math.floor(milliseconds))
    return true
  }

  /** An agent that lives as far as this broker knows, or nearly always. */
  #someAgent(): Held | undefined {
    const { revocations } = this.broker.broker.context.live
    const isAgent = ({ claims }: Held) =>
      claims.sub.startsWith('spiffe:') && claims.exp * 1000 > this.broker.now()
    const agents = this.tokens.filter(isAgent)
    const alive = agents.filter(({ claims }) => revocations.reasonDead(claims) === undefined)
    return this.#some(this.#chance() < 0.9 ? alive : agents)
  }

  #someTask(): string {
    return `task-${Math.floor(this.#chance() * 5)}`
  }

  #someApp(): string | undefined {
    const app = this.#some(this.#apps)
    return app === undefined ? undefined : `app:${app.app_id}`
  }

  #some<Thing>(things: readonly Thing[]): Thing | undefined {
    return things[Math.floor(this.#chance() * things.length)]
  }
}
