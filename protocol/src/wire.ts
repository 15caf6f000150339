/**
 * The JSON of each request and response, as it goes over the wire (contract 4). Types only.
 * Durations are whole seconds; `expires_in` counts from the answer. Times are RFC 3339 in UTC.
 * An optional member may be absent; in a request, `null` means the same.
 */
import type { Claims } from './claims.ts'
import type { ErrorCode } from './error-codes.ts'

/** RFC 9457, `application/problem+json`: every error answer (contract 1.4). */
export interface ProblemDetails {
  /** `urn:agentwrit:error:<error_code>`. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly error_code: ErrorCode
  readonly request_id: string
  readonly hint?: string
}

/** The answer of GET /v1/challenge (contract 4.1): a nonce, good for `expires_in` seconds and one registration. */
export interface ChallengeResponse {
  /** 64 hex; the agent signs the 32 decoded bytes. */
  readonly nonce: string
  readonly expires_in: number
}

/** The body of POST /v1/register (contract 4.2). A failure uses up neither launch token nor nonce. */
export interface RegisterRequest {
  readonly launch_token: string
  readonly nonce: string
  /** Padded standard base64 of the 32 bytes of an Ed25519 public key. */
  readonly public_key: string
  /** Padded standard base64 of the 64 bytes of the signature over the decoded nonce. */
  readonly signature: string
  readonly orch_id: string
  readonly task_id: string
  readonly requested_scope: string[]
}

/** The answer of POST /v1/register: a SPIFFE id, and a token that lives for `expires_in` seconds. */
export interface RegisterResponse {
  readonly agent_id: string
  readonly access_token: string
  readonly expires_in: number
}

/** The body of POST /v1/token/validate (contract 4.3). With `audience`, a token whose `aud` lacks it is not valid. */
export interface ValidateRequest {
  readonly token: string
  readonly audience?: string
}

/** The answer of POST /v1/token/validate. Every way of not being valid has the same one. */
export type ValidateResponse =
  | { readonly valid: true; readonly claims: Claims }
  | { readonly valid: false; readonly error: string }

/** The body of POST /v1/token/renew (contract 4.4); no body means `{}`. */
export interface RenewRequest {
  readonly scope?: string[]
}

/** The answer of POST /v1/token/renew: the successor, and the seconds it lives. */
export interface TokenResponse {
  readonly access_token: string
  readonly expires_in: number
}

/** The body of POST /v1/admin/auth (contract 4.9): the secret of `operator`, or without one the broker's own. */
export interface AdminAuthRequest {
  readonly secret: string
  readonly operator?: string
}

/** The answer of POST /v1/admin/auth: a bearer token (RFC 6750), and the seconds it lives. */
export interface AdminAuthResponse {
  readonly access_token: string
  readonly expires_in: number
  readonly token_type: 'Bearer'
}

/** The body of POST /v1/admin/launch-tokens and /v1/app/launch-tokens (contract 4.10). `max_ttl` and `ttl` are seconds. */
export interface CreateLaunchTokenRequest {
  readonly agent_name: string
  readonly allowed_scope: string[]
  /** Longest life of the tokens it leads to. 0 means absent, for `ttl` too. */
  readonly max_ttl?: number
  readonly single_use?: boolean
  /** Life of the launch token itself. */
  readonly ttl?: number
  readonly orch_id?: string
  readonly task_id?: string
}

/** The answer of the same: the launch token itself, good until `expires_at`. */
export interface CreateLaunchTokenResponse {
  /** 64 hex, shown once. */
  readonly launch_token: string
  readonly id: string
  readonly expires_at: string
  readonly policy: LaunchTokenPolicy
}

/** What a launch token allows (contract 3.2). `max_ttl` is seconds; with `orch_id` or `task_id`, no other may register. */
export interface LaunchTokenPolicy {
  readonly allowed_scope: string[]
  readonly max_ttl: number
  readonly single_use: boolean
  readonly orch_id?: string
  readonly task_id?: string
}

/** A launch token as it is listed: without its secret (contract 3.2). */
export interface LaunchTokenInfo extends LaunchTokenPolicy {
  /** First 16 hex of the token's SHA-256. */
  readonly id: string
  readonly agent_name: string
  readonly app_id?: string
  readonly created_by: string
  readonly created_at: string
  readonly expires_at: string
}

/** The answer of GET /v1/admin/launch-tokens and /v1/app/launch-tokens (contract 4.27): usable ones, newest first. */
export interface LaunchTokenList {
  readonly launch_tokens: LaunchTokenInfo[]
  /** Absent on the last page. */
  readonly next_cursor?: string
}

/** An app as operators see it (contract 3.3): never with its secret. */
export interface AppInfo {
  /** `app-<name>-<6 hex>`. */
  readonly app_id: string
  /** Unique among all apps ever. */
  readonly name: string
  readonly client_id: string
  /** Its ceiling: its agents get nothing wider. Empty for a verifier. */
  readonly scopes: string[]
  /** Life of its own tokens. */
  readonly token_ttl: number
  /** Apps whose agents its agents may delegate to; `["*"]` is any. */
  readonly delegates_to: string[]
  readonly status: 'active' | 'inactive'
  readonly created_at: string
  readonly updated_at: string
}

/** The body of POST /v1/admin/apps (contract 4.11). A `verifier` has no scopes: it follows the revocation feed alone. */
export interface RegisterAppRequest {
  readonly name: string
  readonly scopes?: string[]
  readonly role?: 'app' | 'verifier'
  readonly token_ttl?: number
  readonly delegates_to?: string[]
}

/** The answer of POST /v1/admin/apps. */
export interface RegisterAppResponse extends AppInfo {
  /** 64 hex, shown once. */
  readonly client_secret: string
}

/** The answer of GET /v1/admin/apps, newest first. */
export interface AppList {
  readonly apps: AppInfo[]
  /** Of all pages; left out on request. */
  readonly total?: number
  /** Absent on the last page. */
  readonly next_cursor?: string
}

/** The body of PUT /v1/admin/apps/{id} (contract 4.12): at least one; empty `scopes` count as absent. */
export interface UpdateAppRequest {
  readonly scopes?: string[]
  readonly token_ttl?: number
  readonly delegates_to?: string[]
}

/** The answer of DELETE /v1/admin/apps/{id}: final. */
export interface DeregisterAppResponse extends AppInfo {
  readonly deregistered_at: string
}

/** The body of POST /v1/admin/apps/{id}/secret (contract 4.25); no body means `{}`. */
export interface RotateAppSecretRequest {
  /** The previous secret ends at once instead of after ten minutes. */
  readonly immediate?: boolean
  /** What the app has begun and launched ends too. */
  readonly end_sessions?: boolean
}

/** The answer of POST /v1/admin/apps/{id}/secret. */
export interface RotateAppSecretResponse {
  readonly app_id: string
  readonly client_id: string
  /** 64 hex, shown once. */
  readonly client_secret: string
  readonly previous_secret_expires_at: string
}

/** The body of POST /v1/app/auth (contract 4.13). */
export interface AppAuthRequest {
  readonly client_id: string
  readonly client_secret: string
}

/** The answer of POST /v1/app/auth: a bearer token (RFC 6750), the seconds it lives, and what it may do. */
export interface AppAuthResponse {
  readonly access_token: string
  readonly expires_in: number
  readonly token_type: 'Bearer'
  readonly scopes: string[]
}

/** The answer of GET /v1/health (contract 4.14), always with status 200. */
export interface HealthResponse {
  readonly status: 'ok' | 'degraded'
  readonly version: string
  /** Whole seconds, at least 1. */
  readonly uptime: number
  readonly db_connected: boolean
  readonly audit_events_count: number
  /** What clients may rely on beyond AgentWrit 2.0. */
  readonly features: string[]
}

/** The answer of GET /livez (`ok`) and /readyz (`ready`); contract 4.23. */
export interface StatusResponse {
  readonly status: 'ok' | 'ready'
}

/** The answer of GET /.well-known/jwks.json (RFC 7517 section 5): the active key first, then retiring ones. */
export interface PublishedKeySet {
  readonly keys: PublishedKey[]
}

/** An Ed25519 public key (RFC 8037 section 2); `x` is its 32 bytes in base64url, `kid` its RFC 7638 thumbprint. */
export interface PublishedKey {
  readonly kty: 'OKP'
  readonly crv: 'Ed25519'
  readonly x: string
  readonly kid: string
  readonly alg: 'EdDSA'
  readonly use: 'sig'
}
