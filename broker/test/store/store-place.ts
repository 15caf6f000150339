import assert from 'node:assert/strict'
import type { App } from '../../src/domain/apps/app.ts'
import type { LaunchToken } from '../../src/domain/launch-tokens/launch-token.ts'
import type { Revocation } from '../../src/domain/revocation/revocation.ts'
import type { Store } from '../../src/domain/store.ts'
import type { Session } from '../../src/domain/tokens/session.ts'
import type { Engine } from '../../src/store/engine.ts'
import type { Founding } from '../../src/store/migrate.ts'
import { RowMac } from '../../src/store/row-mac.ts'
import { selectFrom, type Sql } from '../../src/store/sql.ts'
import type { StoreObserver } from '../../src/store/store-observer.ts'
import { head } from '../../src/store/tables/head.ts'
import {
  noon,
  presentedBy,
  sampleApp,
  sampleAppEntry,
  sampleAppLogin,
  sampleKey,
  sampleLaunchToken,
  sampleSession,
} from './sample-records.ts'

/** What the contract suite needs of an engine. */
export interface StoreKind {
  createPlace(): Promise<StorePlace>
}

/** Where one store is kept. */
export interface StorePlace {
  openStore(opening: Opening): Promise<Store>
  /** The bare engine, for batches made by hand. */
  openEngine(founding: Founding): Promise<Engine>
  /** Direct access by somebody who does not know the MAC key. */
  readonly sql: Sql
  remove(): Promise<void>
}

export interface Opening {
  readonly fingerprint: string
  readonly clock: () => number
  readonly observe: StoreObserver
}

export const silent: StoreObserver = {
  eventsCommitted: () => undefined,
  tokensKilled: () => undefined,
  operationFailed: () => undefined,
}

export const macKey = new Uint8Array(32).fill(7)

export function sampleFounding(fingerprint: string): Founding {
  return { fingerprint, firstSigningKey: sampleKey, epoch: '0123456789abcdef' }
}

/** A store at a place of its own, with a clock that the test moves. */
export class TestStore implements AsyncDisposable {
  readonly place: StorePlace
  store: Store
  #now: { value: number }

  private constructor(place: StorePlace, store: Store, now: { value: number }) {
    this.place = place
    this.store = store
    this.#now = now
  }

  /** `prepare`: what the store finds there when it is opened. */
  static async open(
    kind: StoreKind,
    prepare?: (place: StorePlace) => Promise<void>,
  ): Promise<TestStore> {
    const place = await kind.createPlace()
    await prepare?.(place)
    const now = { value: noon }
    return new TestStore(place, await place.openStore(opening(now)), now)
  }

  get sql(): Sql {
    return this.place.sql
  }

  /** A session that has begun. */
  async signIn(members: Partial<Session> = {}): Promise<Session> {
    const session = sampleSession(members)
    const outcome = await this.store.sessions.begin(session, sampleKey.kid, [])
    assert.equal(outcome.kept, true)
    return session
  }

  /** A launch token that this session has made. */
  async launch(creator: Session, members: Partial<LaunchToken> = {}): Promise<LaunchToken> {
    const token = sampleLaunchToken(creator, members)
    const presented = presentedBy(creator)
    const outcome = await this.store.launchTokens.create(token, presented, [])
    assert.equal(outcome.kept, true)
    return token
  }

  /** An app that an operator has registered. */
  async registerApp(members: Partial<App> = {}): Promise<App> {
    const app = sampleApp(members)
    const admin = await this.signIn()
    const presented = presentedBy(admin)
    assert.equal((await this.store.apps.register(app, presented, [])).kept, true)
    return app
  }

  /** A session of the app that has begun. */
  async signInApp(app: App, members: Partial<Session> = {}): Promise<Session> {
    const login = sampleAppLogin(app, {}, members)
    assert.equal((await this.store.apps.signIn(login, [])).kept, true)
    return { ...login.session, kid: login.kid }
  }

  async deregister(app: App): Promise<Revocation> {
    const entry = sampleAppEntry(app)
    const admin = await this.signIn()
    const presented = presentedBy(admin)
    assert.equal((await this.store.apps.deregister(entry, presented, [])).kept, true)
    return entry
  }

  get now(): number {
    return this.#now.value
  }

  set now(value: number) {
    this.#now.value = value
  }

  /** What `awrit restore accept` will do: an epoch that begins so many milliseconds from now, in a head row we seal. */
  async bumpEpoch(ahead: number): Promise<void> {
    const mac = new RowMac(macKey)
    const notBefore = Math.ceil((this.now + ahead) / 1000)
    const [stored] = await this.sql.all(selectFrom(head))
    const row = mac.open(head, stored ?? {})
    const sealed = mac.seal(head, { ...row, not_before: notBefore })
    await this.sql.run('update head set not_before = ?, mac = ?', [
      notBefore,
      sealed['mac'] ?? null,
    ])
  }

  async reopen(fingerprint?: string): Promise<void> {
    await this.store.close()
    this.store = await this.place.openStore(opening(this.#now, fingerprint))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.close()
    await this.place.remove()
  }
}

function opening(now: { value: number }, fingerprint = 'fingerprint'): Opening {
  return { fingerprint, clock: () => now.value, observe: silent }
}
