import type {
  AppInfo,
  AuditKeyList,
  BrokerList,
  ConfigResponse,
  DeregisterAppResponse,
  RegisterAppRequest,
  RegisterAppResponse,
  RevocationInfo,
  RotateAppSecretRequest,
  RotateAppSecretResponse,
  RotateKeyRequest,
  RotateKeyResponse,
  StatsResponse,
  UpdateAppRequest,
  VerifyAuditResponse,
} from '@agentwrit/protocol'
import { Apps } from './apps.ts'
import { toBroker } from './broker.ts'
import type { Broker } from './broker.ts'
import type { Answered } from './document.ts'
import type { CallOptions } from './options.ts'
import { Overview } from './overview.ts'
import type { ListOptions } from './pages.ts'
import { Revocations } from './revocations.ts'
import type { RevocationFilter } from './revocations.ts'
import type { SignIn } from './sign-in.ts'
import { SigningKeys } from './signing-keys.ts'
import { StandingSession } from './standing-session.ts'
import { Supervisor } from './supervisor.ts'
import { verifyAudit } from './verify-audit.ts'
import type { VerifyAuditOptions } from './verify-audit.ts'

/**
 * Somebody who runs the broker. The secret and the short-lived token it buys stay in memory; the token is bought anew
 * shortly before it ends.
 *
 * @example
 * ```ts
 * await using operator = await Operator.signIn({ broker: 'http://127.0.0.1:8080', secret })
 * const { launch_token } = await operator.createLaunchToken({
 *   agent_name: 'monthly-report', allowed_scope: ['read:sales:2026-10'],
 * })
 * ```
 */
export class Operator extends Supervisor {
  readonly #session: StandingSession
  readonly #apps: Apps
  readonly #revocations: Revocations
  readonly #signingKeys: SigningKeys
  readonly #overview: Overview

  private constructor(broker: Broker, signIn: Omit<SignIn, 'broker'>) {
    const session = new StandingSession(broker, 'the operator', (options) =>
      broker.signIn(signIn, options),
    )
    super(broker, session, '/v1/admin/launch-tokens')
    this.#session = session
    this.#apps = new Apps(session)
    this.#revocations = new Revocations(broker, session)
    this.#signingKeys = new SigningKeys(session)
    this.#overview = new Overview(session)
  }

  /**
   * Signs in. A wrong secret is an `AuthenticationError`, too many attempts are a `RateLimitError`.
   *
   * @example
   * ```ts
   * const operator = await Operator.signIn({ broker, secret })
   * ```
   */
  static async signIn({ broker, ...signIn }: SignIn, options?: CallOptions): Promise<Operator> {
    const operator = new Operator(toBroker(broker), signIn)
    await operator.token(options)
    return operator
  }

  /**
   * Registers an app: a program that may start agents within `scopes`, its ceiling. This is the only time that its secret
   * can be seen. `token_ttl` is seconds; with `role: 'verifier'` the app has no scopes and follows revocations alone.
   * Refused with 400 `invalid_request` or `invalid_ttl`, and 409 `conflict` when any app ever had this name. Repeated only
   * if the connection was never made.
   *
   * @example
   * ```ts
   * const { client_id, client_secret } = await operator.registerApp({
   *   name: 'monthly-reports', scopes: ['read:sales:*'],
   * })
   * const app = await App.signIn({ broker, clientId: client_id, clientSecret: client_secret })
   * ```
   */
  registerApp(
    request: RegisterAppRequest,
    options?: CallOptions,
  ): Promise<Answered<RegisterAppResponse>> {
    return this.#apps.register(request, options)
  }

  /**
   * All apps, inactive ones too, newest first. Pages are fetched as you go.
   *
   * @example
   * ```ts
   * for await (const { app_id, name, status } of operator.listApps()) console.log(app_id, name, status)
   * ```
   */
  listApps(options: ListOptions = {}): AsyncGenerator<AppInfo, void, undefined> {
    return this.#apps.list(options)
  }

  /**
   * One app, without its secret; a `NotFoundError` if there never was one of this id.
   *
   * @example
   * ```ts
   * const { scopes, status } = await operator.getApp('app-monthly-reports-0a1b2c')
   * ```
   */
  getApp(appId: string, options?: CallOptions): Promise<Answered<AppInfo>> {
    return this.#apps.get(appId, options)
  }

  /**
   * Replaces what is given, all or nothing. A narrowed ceiling counts from the next launch token, registration and renewal
   * on; tokens that are live stay until they end. Empty `scopes` count as absent. Repeated only if the connection was
   * never made.
   *
   * @example
   * ```ts
   * await operator.updateApp('app-monthly-reports-0a1b2c', { scopes: ['read:sales:2026-10'] })
   * ```
   */
  updateApp(
    appId: string,
    request: UpdateAppRequest,
    options?: CallOptions,
  ): Promise<Answered<AppInfo>> {
    return this.#apps.update(appId, request, options)
  }

  /**
   * Deregisters an app for good: its tokens, launch tokens and agents are dead when this resolves, with all that they
   * delegated. Doing so twice is no error.
   *
   * @example
   * ```ts
   * const { deregistered_at } = await operator.deregisterApp('app-monthly-reports-0a1b2c')
   * ```
   */
  deregisterApp(appId: string, options?: CallOptions): Promise<Answered<DeregisterAppResponse>> {
    return this.#apps.deregister(appId, options)
  }

  /**
   * Gives an app a fresh secret, which can be seen only now. The previous one works for ten more minutes, or with
   * `immediate` no longer. Live tokens stay, unless `end_sessions` revokes all that the app has begun and launched, in the
   * same change: for a secret that has leaked, ask for both. 409 `conflict` for an inactive app. Repeated only if the
   * connection was never made.
   *
   * @example
   * ```ts
   * const { client_secret } = await operator.rotateAppSecret('app-monthly-reports-0a1b2c', {
   *   immediate: true, end_sessions: true,
   * })
   * ```
   */
  rotateAppSecret(
    appId: string,
    request: RotateAppSecretRequest = {},
    options?: CallOptions,
  ): Promise<Answered<RotateAppSecretResponse>> {
    return this.#apps.rotateSecret(appId, request, options)
  }

  /**
   * What was revoked, newest first; releases too, and for seven days what is over. Pages are fetched as you go.
   *
   * @example
   * ```ts
   * for await (const { id, level, target, actor } of operator.listRevocations({ inForce: true })) {
   *   console.log(id, level, target, actor)
   * }
   * ```
   */
  listRevocations(filter: RevocationFilter = {}): AsyncGenerator<RevocationInfo, void, undefined> {
    return this.#revocations.list(filter)
  }

  /**
   * Lifts the revocation of a task from `lifted_at` on, at least three seconds ahead: agents may register for it again.
   * Nothing that was dead lives again. Doing so twice is no error; 409 `conflict` for any other level, and a
   * `NotFoundError` for an unknown entry.
   *
   * @example
   * ```ts
   * const { id } = await operator.revoke({ level: 'task', target: 'monthly' })
   * if (id !== undefined) console.log((await operator.liftRevocation(id)).lifted_at)
   * ```
   */
  liftRevocation(id: string, options?: CallOptions): Promise<Answered<RevocationInfo>> {
    return this.#revocations.lift(id, options)
  }

  /**
   * Makes the broker sign with a fresh key. What the previous one has signed stays valid until it ends, unless
   * `emergency` says that a key is compromised (`kid`, or the active one): then all that it signed is dead at once, this
   * operator's token too, which is bought anew. An emergency that names its key is repeated after a lost answer, and doing
   * so twice is no error; anything else is repeated only if the connection was never made.
   *
   * @example
   * ```ts
   * const { keys } = await operator.getSigningKeys()
   * const kid = keys.find(({ status }) => status === 'active')?.kid
   * if (kid !== undefined) await operator.rotateSigningKey({ emergency: true, kid })
   * ```
   */
  rotateSigningKey(
    request: RotateKeyRequest = {},
    options?: CallOptions,
  ): Promise<Answered<RotateKeyResponse>> {
    return this.#signingKeys.rotate(request, options)
  }

  /**
   * Every key that ever signed, newest first, the compromised ones too: for verifying an export of the audit trail.
   *
   * @example
   * ```ts
   * for (const { kid, status } of (await operator.getSigningKeys()).keys) console.log(kid, status)
   * ```
   */
  getSigningKeys(options?: CallOptions): Promise<Answered<AuditKeyList>> {
    return this.#signingKeys.get(options)
  }

  /**
   * Has the broker recalculate its audit trail, 100 000 events at a time, up to the last one there was at the beginning.
   * `ok` is false and `error` names the first broken event when somebody has changed the database. Keep `checkpoint`
   * elsewhere: nothing else shows later that the end of the trail was cut off (`verifyAuditExport` of
   * `@agentwrit/protocol` takes it).
   *
   * @example
   * ```ts
   * const { ok, error, checkpoint } = await operator.verifyAudit({
   *   onProgress: ({ to_seq, head }) => console.log(`${to_seq} of ${head.seq}`),
   * })
   * if (!ok) console.error(`event ${error?.seq}: ${error?.reason}`)
   * else console.log(JSON.stringify(checkpoint))
   * ```
   */
  verifyAudit(options: VerifyAuditOptions = {}): Promise<VerifyAuditResponse> {
    return verifyAudit(this.#session, options)
  }

  /**
   * What happened in the last 24 hours: tokens issued by kind and killed by level, refusals by type, live agents. Each
   * list has a number for each of 1,440 minutes, the one under way last. `complete` is false while a broker that has just
   * started still reads what was before.
   *
   * @example
   * ```ts
   * const { issued, refused } = await operator.stats()
   * console.log(`${issued.agent.at(-2)} agents' tokens in the last full minute`, Object.keys(refused))
   * ```
   */
  stats(options?: CallOptions): Promise<Answered<StatsResponse>> {
    return this.#overview.stats(options)
  }

  /**
   * Every setting of the broker that answers, and where it is from. Of what is secret it tells only `set` or `unset`.
   *
   * @example
   * ```ts
   * const { settings } = await operator.config()
   * for (const { variable, value, source } of settings) console.log(variable, value ?? '-', source)
   * ```
   */
  config(options?: CallOptions): Promise<Answered<ConfigResponse>> {
    return this.#overview.config(options)
  }

  /**
   * The brokers of the deployment: since when each one runs, and how far and how freshly it knows what is revoked
   * (`index_age` in seconds). On SQLite there is one, the broker that answers.
   *
   * @example
   * ```ts
   * const { brokers } = await operator.brokers()
   * for (const { id, version, index_age } of brokers) console.log(id, version, `${index_age} s`)
   * ```
   */
  brokers(options?: CallOptions): Promise<Answered<BrokerList>> {
    return this.#overview.brokers(options)
  }
}
