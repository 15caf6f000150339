/**
 * The JSON of revocation, as it goes over the wire (contract 4.7, 4.16, 4.17). Types only; times are RFC 3339 in UTC with
 * three fractional digits.
 */
import type { RevocationLevel } from './revocation-target.ts'

/** A level that can be asked for; `app` is made by deregistration. */
export type RequestedLevel = Exclude<RevocationLevel, 'app'>

/** The body of POST /v1/revoke (contract 4.7). */
export interface RevokeRequest {
  readonly level: RequestedLevel
  /** A jti, an agent id (or `app:<id>`, `admin`), a task id, the root delegator's agent id: compared as an exact string. */
  readonly target: string
  /** For the listing and the audit. */
  readonly reason?: string
  /** Writes nothing and tells what would die. */
  readonly dry_run?: boolean
}

interface RevokedAs {
  readonly level: RequestedLevel
  readonly target: string
  /** Live tokens that died, or would die. */
  readonly count: number
  /** False: counting took too long, and `count` is a lower bound. */
  readonly count_complete?: boolean
}

/** The answer of POST /v1/revoke to a revocation. */
export interface RevokeDoneResponse extends RevokedAs {
  readonly revoked: true
  /** Names the entry. */
  readonly id: string
}

/** Its answer to a dry run. */
export interface RevokePreviewResponse extends RevokedAs {
  readonly revoked: false
  readonly dry_run: true
  /** Live tokens by length of their delegation chain, from 0. */
  readonly by_depth: number[]
  /** The first 100 agents that would lose a token. */
  readonly agents: string[]
}

/** The answer of POST /v1/revoke: done, or only foretold. */
export type RevokeResponse = RevokeDoneResponse | RevokePreviewResponse

/** A revocation entry as it is listed (contract 4.16). */
export interface RevocationInfo {
  readonly id: string
  readonly level: RevocationLevel
  readonly target: string
  /** The session that a `token` entry ends. */
  readonly sid?: string
  readonly reason?: string
  readonly actor: string
  readonly count?: number
  readonly count_complete?: boolean
  readonly revoked_at: string
  /** Level `task`: tokens issued from then on are not concerned. */
  readonly lifted_at?: string
  readonly lifted_by?: string
}

/** The answer of GET /v1/revocations, newest first. */
export interface RevocationList {
  readonly revocations: RevocationInfo[]
  /** Absent on the last page. */
  readonly next_cursor?: string
}
