import type {
  AdminAuthRequest,
  AdminAuthResponse,
  AgentKeyInfo,
  AppAuthRequest,
  AppAuthResponse,
  ChallengeResponse,
  DelegateRequest,
  DelegateResponse,
  HealthResponse,
  PublishedKeySet,
  RegisterRequest,
  RegisterResponse,
  StatusResponse,
  TokenResponse,
  ValidateResponse,
} from '@agentwrit/protocol'
import {
  isAppSignedIn,
  isChallenge,
  isDelegated,
  isHealth,
  isKeyOf,
  isKeySet,
  isObject,
  isRegistered,
  isSignedIn,
  isStatus,
  isTokenResponse,
  isValidated,
} from './broker-answers.ts'
import { readDocument } from './document.ts'
import type { Answered, DocumentGuard } from './document.ts'
import type { CallOptions, ClientOptions, RenewalOptions } from './options.ts'
import { toPathSegment } from './path-segment.ts'
import { requireList } from './require-list.ts'
import { Transport } from './transport.ts'
import { untilAborted } from './until-aborted.ts'

/**
 * How a token is renewed, where nobody keeps it: a renewal can then have a name.
 *
 * @example
 * ```ts
 * const narrower: RenewOptions = { scope: ['read:sales:2026-10'] }
 * const { access_token } = await broker.renew(token, narrower)
 * ```
 */
export interface RenewOptions extends RenewalOptions {
  /**
   * Names the renewal: 22 to 128 visible ASCII characters from a CSPRNG. A repeat with the same token, key and scope gets
   * the same successor for 30 seconds, so it is repeated as a reading is. Only for a broker that supports
   * `renew-idempotency`.
   */
  readonly idempotencyKey?: string
}

/**
 * A broker as everybody sees it: one method per route that needs no standing sign-in. It holds no credential; where a
 * route wants one, it is an argument. `Operator`, `App` and `Agent` are built on it and keep a token for you.
 *
 * Every method can reject with a `ProblemError` (the broker said no; `errorCode` says why), a `TransportError` (no usable
 * answer) or a `TimeoutError`. What a document holds is told at its type; times to live are seconds.
 *
 * @example
 * ```ts
 * const broker = new Broker('http://127.0.0.1:8080')
 * const { valid } = await broker.validate(token)
 * ```
 */
export class Broker {
  /** For `Operator`, `App` and `Agent`, and for routes that this version does not know yet. */
  readonly transport: Transport
  #features: Promise<ReadonlySet<string>> | undefined

  /**
   * Asks nobody yet. Throws a TypeError unless `url` is of http or https, without user, password, query and fragment, and a
   * RangeError for a timeout or a number of retries out of range.
   */
  constructor(url: string | URL, options: ClientOptions = {}) {
    this.transport = new Transport(url, options)
  }

  /** Without a slash at its end. */
  get url(): string {
    return this.transport.url
  }

  /**
   * How the broker is, and what it can do beyond AgentWrit 2.0 (`features`). Always answers 200.
   *
   * @example
   * ```ts
   * const { status, version } = await broker.health()
   * ```
   */
  health(options?: CallOptions): Promise<Answered<HealthResponse>> {
    return this.#get('/v1/health', isHealth, options)
  }

  /**
   * Whether the process serves at all.
   *
   * @example
   * ```ts
   * await broker.livez({ maxRetries: 0 })
   * ```
   */
  livez(options?: CallOptions): Promise<Answered<StatusResponse>> {
    return this.#get('/livez', isStatus, options)
  }

  /**
   * Whether the broker takes requests; a `ProblemError` with status 503 while it does not.
   *
   * @example
   * ```ts
   * await broker.readyz({ timeout: 1_000 })
   * ```
   */
  readyz(options?: CallOptions): Promise<Answered<StatusResponse>> {
    return this.#get('/readyz', isStatus, options)
  }

  /**
   * The public keys with which the broker's tokens verify (RFC 7517, RFC 8037).
   *
   * @example
   * ```ts
   * const { keys } = await broker.jwks()
   * ```
   */
  jwks(options?: CallOptions): Promise<Answered<PublishedKeySet>> {
    return this.#get('/.well-known/jwks.json', isKeySet, options)
  }

  /**
   * The OpenAPI 3.1 description of the routes that this broker serves.
   *
   * @example
   * ```ts
   * const { paths } = await broker.openapi()
   * ```
   */
  openapi(options?: CallOptions): Promise<Answered<Readonly<Record<string, unknown>>>> {
    return this.#get('/v1/openapi.json', isObject, options)
  }

  /**
   * The broker's metrics in the Prometheus text format 0.0.4.
   *
   * @example
   * ```ts
   * console.log(await broker.metrics())
   * ```
   */
  async metrics(options?: CallOptions): Promise<string> {
    return (await this.transport.send({ method: 'GET', path: '/v1/metrics' }, 'safe', options)).text
  }

  /**
   * A nonce, 64 characters of hex, to sign within 30 seconds. `Agent.register` asks for one by itself.
   *
   * @example
   * ```ts
   * const { nonce } = await broker.challenge()
   * const signature = await (await AgentKey.generate()).prove(nonce)
   * ```
   */
  challenge(options?: CallOptions): Promise<Answered<ChallengeResponse>> {
    return this.#get('/v1/challenge', isChallenge, options)
  }

  /**
   * The registration as it goes over the wire; `Agent.register` is the comfortable way. Never repeated once it was sent:
   * the launch token may be used up. Refused with 400 `invalid_request`, 401 `unauthorized` (launch token, nonce, key or
   * signature), 403 `scope_violation` or `forbidden`; a refusal uses up nothing.
   *
   * @example
   * ```ts
   * const key = await AgentKey.generate()
   * const { nonce } = await broker.challenge()
   * const { agent_id } = await broker.register({
   *   launch_token: launchToken, nonce, public_key: key.publicKey, signature: await key.prove(nonce),
   *   orch_id: 'reports', task_id: 'monthly', requested_scope: ['read:sales:2026-10'],
   * })
   * ```
   */
  async register(
    request: RegisterRequest,
    options?: CallOptions,
  ): Promise<Answered<RegisterResponse>> {
    requireList(request.requested_scope, 'requested_scope')
    const secrets = [request.launch_token, request.nonce, request.signature]
    const call = { method: 'POST', path: '/v1/register', body: request, secrets } as const
    return readDocument(await this.transport.send(call, 'unsent', options), isRegistered)
  }

  /**
   * Whether a token is alive, and what it says. Every reason to refuse it looks the same. With `audience`, a token that was
   * not issued for it is not valid.
   *
   * @example
   * ```ts
   * const result = await broker.validate(token, { audience: 'https://records.internal' })
   * if (result.valid) console.log(result.claims.scope)
   * ```
   */
  async validate(
    token: string,
    { audience, ...options }: CallOptions & { readonly audience?: string } = {},
  ): Promise<Answered<ValidateResponse>> {
    const body = audience === undefined ? { token } : { token, audience }
    const call = { method: 'POST', path: '/v1/token/validate', body, secrets: [token] } as const
    return readDocument(await this.transport.send(call, 'safe', options), isValidated)
  }

  /**
   * Whether the broker honours something beyond AgentWrit 2.0, by the name that its health lists. Asked until it has
   * answered once, and once for all who want to know: a `signal` ends the waiting alone.
   *
   * @example
   * ```ts
   * const isRepeatable = await broker.supports('renew-idempotency')
   * ```
   */
  async supports(feature: string, { signal, ...options }: CallOptions = {}): Promise<boolean> {
    signal?.throwIfAborted()
    this.#features ??= this.#askForFeatures(options)
    return (await untilAborted(this.#features, signal)).has(feature)
  }

  /**
   * Replaces a token by its successor; the old one is dead at once. Without an idempotency key never repeated once it was
   * sent: the first one may have succeeded. Refused with 401 `unauthorized` (the token is dead, or its session too old),
   * 403 `forbidden` (an admin's), 403 `scope_violation` (a wider scope) and 409 `conflict` (the key has named another
   * renewal). With `scope`, look at `supports` first: a broker of version 2.0 would not narrow.
   *
   * @example
   * ```ts
   * const { access_token } = await broker.renew(token)
   * ```
   */
  async renew(
    token: string,
    { scope, idempotencyKey, ...options }: RenewOptions = {},
  ): Promise<Answered<TokenResponse>> {
    const call = {
      method: 'POST',
      path: '/v1/token/renew',
      bearer: token,
      ...(scope === undefined ? {} : { body: { scope: requireList(scope, 'scope') } }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    } as const
    const rule = idempotencyKey === undefined ? 'unsent' : 'safe'
    return readDocument(await this.transport.send(call, rule, options), isTokenResponse)
  }

  /**
   * Makes a token for another agent out of an agent's, with this scope or less; `Agent.delegate` is the comfortable way.
   * `ttl` is seconds, 60 by default, and never outlives the token. Refused with 400 `invalid_request`, 401 `unauthorized`,
   * 403 `forbidden` (no agent's token) or `scope_violation` (a wider scope than the token's or the ceilings', or a sixth
   * hop), 404 `not_found` (an agent unknown or out of reach) and 409 `conflict` (the agent is not active, or 1 000
   * delegations live). Repeated only if the connection was never made.
   *
   * @example
   * ```ts
   * const { access_token, delegation_chain } = await broker.delegate(token, {
   *   delegate_to: 'spiffe://agentwrit.local/agent/reports/monthly/8899aabbccddeeff', scope: ['read:sales:2026-10'],
   * })
   * ```
   */
  async delegate(
    token: string,
    request: DelegateRequest,
    options?: CallOptions,
  ): Promise<Answered<DelegateResponse>> {
    requireList(request.scope, 'scope')
    const call = { method: 'POST', path: '/v1/delegate', bearer: token, body: request } as const
    return readDocument(await this.transport.send(call, 'unsent', options), isDelegated)
  }

  /**
   * The public key that an agent registered, and whether it is alive: what ties a key to an id. With any token: an agent's
   * asks about agents that it could delegate to, an app's about its own. Others are 404 `not_found`.
   *
   * @example
   * ```ts
   * const peer = 'spiffe://agentwrit.local/agent/reports/monthly/8899aabbccddeeff'
   * const { public_key, status } = await broker.getAgentKey(token, peer)
   * ```
   */
  async getAgentKey(
    token: string,
    agentId: string,
    options?: CallOptions,
  ): Promise<Answered<AgentKeyInfo>> {
    const path = `/v1/agents/${toPathSegment(agentId)}/key`
    const call = { method: 'GET', path, bearer: token } as const
    return readDocument(await this.transport.send(call, 'safe', options), isKeyOf(agentId))
  }

  /**
   * Ends the session of a token, of any kind. Releasing twice is no error; an expired token is 401 `unauthorized`.
   *
   * @example
   * ```ts
   * await broker.release(token)
   * ```
   */
  async release(token: string, options?: CallOptions): Promise<void> {
    await this.transport.send(
      { method: 'POST', path: '/v1/token/release', bearer: token },
      'safe',
      options,
    )
  }

  /**
   * The operators' sign-in as it goes over the wire; `Operator.signIn` keeps the token for you. Refused with 401
   * `unauthorized` and 429 `rate_limited`.
   *
   * @example
   * ```ts
   * const { access_token } = await broker.signIn({ secret })
   * ```
   */
  async signIn(
    request: AdminAuthRequest,
    options?: CallOptions,
  ): Promise<Answered<AdminAuthResponse>> {
    const secrets = [request.secret]
    const call = { method: 'POST', path: '/v1/admin/auth', body: request, secrets } as const
    return readDocument(await this.transport.send(call, 'sign-in', options), isSignedIn)
  }

  /**
   * The apps' sign-in as it goes over the wire; `App.signIn` keeps the token for you. Refused with 401 `unauthorized` and
   * 429 `rate_limited`.
   *
   * @example
   * ```ts
   * const { access_token } = await broker.signInApp({ client_id: clientId, client_secret: clientSecret })
   * ```
   */
  async signInApp(
    request: AppAuthRequest,
    options?: CallOptions,
  ): Promise<Answered<AppAuthResponse>> {
    const secrets = [request.client_secret]
    const call = { method: 'POST', path: '/v1/app/auth', body: request, secrets } as const
    return readDocument(await this.transport.send(call, 'sign-in', options), isAppSignedIn)
  }

  async #askForFeatures(options: CallOptions): Promise<ReadonlySet<string>> {
    try {
      const { features }: { readonly features?: unknown } = await this.health(options)
      // A broker of version 2.0 lists none.
      return new Set(Array.isArray(features) ? features.map(String) : [])
    } catch (error) {
      this.#features = undefined
      throw error
    }
  }

  async #get<Document>(
    path: string,
    isDocument: DocumentGuard<Document>,
    options: CallOptions | undefined,
  ): Promise<Answered<Document>> {
    return readDocument(
      await this.transport.send({ method: 'GET', path }, 'safe', options),
      isDocument,
    )
  }
}

/**
 * A broker, or the URL of one that needs no options.
 *
 * @example
 * ```ts
 * const target: BrokerOrUrl = new URL('http://127.0.0.1:8080')
 * const operator = await Operator.signIn({ broker: target, secret })
 * ```
 */
export type BrokerOrUrl = Broker | string | URL

export function toBroker(broker: BrokerOrUrl): Broker {
  return broker instanceof Broker ? broker : new Broker(broker)
}
