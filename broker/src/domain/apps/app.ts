// An app is a tenant: it starts agents, and its scopes are the ceiling of whatever is done in its name. Laws: the
// current ceiling counts, not the one of some token's birth; an inactive app does nothing, for ever; its secret is 256
// random bits and kept as a hash alone. A row grants authority, so it carries a MAC, and a forged one counts as absent.
import type { AppInfo } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import type { FailedGuard, KeptChange, Outcome } from '../outcome.ts'
import type { Revocation } from '../revocation/revocation.ts'
import type { PresentedSession, SessionGuard } from '../tokens/presented-session.ts'
import type { NewSession } from '../tokens/session.ts'
import type { Ended } from '../revocation/revocation.ts'
import type { ActingApp } from './acting-app.ts'
import { toWholeSeconds } from '../whole-seconds.ts'

/** A verifier follows the revocation feed and launches nothing. */
export type AppRole = 'app' | 'verifier'

export interface App {
  readonly appId: string
  readonly name: string
  readonly clientId: string
  readonly role: AppRole
  /** The ceiling. */
  readonly scopes: readonly string[]
  /** Seconds. */
  readonly tokenTtl: number
  readonly delegatesTo: readonly string[]
  /** Rises whenever an operator changes what the app may do. */
  readonly version: number
  /** SHA-256 hex, both. */
  readonly secretHash: string
  readonly previousSecret?: PreviousSecret
  /** Milliseconds since the epoch, all three; without the last one the app is active. */
  readonly createdAt: number
  readonly updatedAt: number
  readonly deregisteredAt?: number
}

/** A secret that was replaced works until this instant (milliseconds). */
export interface PreviousSecret {
  readonly hash: string
  readonly expiresAt: number
}

export interface AppLogin {
  readonly app: ActingApp
  /** Hash of the secret that was presented: still one that the app has. */
  readonly secretHash: string
  readonly isPrevious: boolean
  readonly session: NewSession
  readonly kid: string
}

export interface AppSecretSwap {
  readonly appId: string
  readonly oldHash: string
  readonly newHash: string
  /** Milliseconds; absent: the old secret ends at once. */
  readonly oldExpiresAt?: number
  /** Ends every session of the app that is kept. */
  readonly ending?: Revocation
}

export interface AppPage {
  readonly limit: number
  /** The last one of the page before (creation time and id). */
  readonly after?: { readonly createdAt: number; readonly appId: string }
}

export interface AppStore {
  register(
    app: App,
    presented: PresentedSession,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'name_taken'>>
  /** Ceiling, lifetime and delegates as a whole, if the app still is the version before; inactive apps too. */
  change(
    app: App,
    presented: PresentedSession,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'app_changed'>>
  /** One change: the app is inactive, and an entry of level `app` ends all that was done in its name. */
  deregister(
    entry: Revocation,
    presented: PresentedSession,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<SessionGuard | 'app_inactive'>>
  rotateSecret(
    swap: AppSecretSwap,
    presented: PresentedSession,
    events: readonly NewAuditEvent[],
  ): Promise<FailedGuard<SessionGuard | 'app_changed'> | (KeptChange & Ended)>
  signIn(
    login: AppLogin,
    events: readonly NewAuditEvent[],
  ): Promise<Outcome<'app_changed' | 'key_not_active'>>
  find(appId: string): Promise<App | undefined>
  /** An unknown id costs what a known one does. */
  findByClientId(clientId: string): Promise<App | undefined>
  /** Inactive ones too, newest first; without a page all of them. */
  list(page?: AppPage): Promise<App[]>
  /** Of all apps ever. */
  count(): Promise<number>
}

export function isActive({ deregisteredAt }: App): boolean {
  return deregisteredAt === undefined
}

/** Parts of lower-case letters and digits, joined by single hyphens; the first begins with a letter. */
export function isAppName(text: string): boolean {
  return text.length <= 64 && /^[a-z][a-z0-9]+(?:-[a-z0-9]+)*$/.test(text)
}

/** What `client_id` begins with: two letters of a one-word name, else the first letters of up to three words. */
export function abbreviate(name: string): string {
  const words = name.split('-')
  if (words.length === 1) return name.slice(0, 2)
  return words
    .slice(0, 3)
    .map((word) => word.charAt(0))
    .join('')
}

/** What the tokens of an app itself may do; what its agents may do is its ceiling. */
export function scopesOfRole(role: AppRole): string[] {
  if (role === 'verifier') return ['app:feed:read']
  return ['app:launch-tokens:*', 'app:agents:*', 'app:audit:read']
}

export function subjectOf({ appId }: Pick<App, 'appId'>): string {
  return `app:${appId}`
}

export function toAppInfo(app: App): AppInfo {
  return {
    app_id: app.appId,
    name: app.name,
    client_id: app.clientId,
    scopes: [...app.scopes],
    token_ttl: app.tokenTtl,
    delegates_to: [...app.delegatesTo],
    status: isActive(app) ? 'active' : 'inactive',
    created_at: toWholeSeconds(app.createdAt),
    updated_at: toWholeSeconds(app.updatedAt),
  }
}
