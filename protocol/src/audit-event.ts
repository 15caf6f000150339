/**
 * Audit events (contract 5.1, 5.2): who did what, on whose behalf, with what outcome.
 * Laws: `seq` counts 1, 2, 3, ... without gaps; a member that would be empty or zero is omitted; an
 * event never holds a secret, token, nonce, key or signature; its hash covers every member but itself.
 */
import { canonicalize } from './jcs.ts'

/** Every event type a broker writes. The first 25 are AgentWrit 2.0's. */
export const auditEventTypes = [
  'admin_auth',
  'admin_auth_failed',
  'launch_token_issued',
  'launch_token_denied',
  'scope_ceiling_exceeded',
  'agent_registered',
  'token_issued',
  'registration_policy_violation',
  'token_renewed',
  'token_renewal_failed',
  'token_released',
  'token_revoked',
  'delegation_created',
  'delegation_attenuation_violation',
  'token_auth_failed',
  'token_revoked_access',
  'scope_violation',
  'app_registered',
  'app_updated',
  'scopes_ceiling_updated',
  'app_deregistered',
  'app_authenticated',
  'app_auth_failed',
  'app_rate_limited',
  'resource_accessed',
  'registration_failed',
  'delegation_denied',
  'revocation_denied',
  'revocation_effect',
  'token_reuse_detected',
  'token_renewal_repeated',
  'admin_rate_limited',
  'revocation_lifted',
  'launch_token_deleted',
  'app_secret_rotated',
  'signing_key_rotated',
  'epoch_changed',
  'audit_pruned',
] as const

/** One of `auditEventTypes`. */
export type AuditEventType = (typeof auditEventTypes)[number]

/** One event of the audit trail, as it is served and hashed (contract 5.1). */
export interface AuditEvent {
  /** `evt-` and `seq`, see `auditEventId`. */
  readonly id: string
  readonly seq: number
  /** RFC 3339 UTC with three fractional digits. */
  readonly timestamp: string
  readonly event_type: AuditEventType
  /** Made by `formatDetail`. */
  readonly detail: string
  /** Who did it: `admin`, `operator:<name>`, `app:<id>`, an agent id, `anonymous` or `system`. */
  readonly actor: string
  /** The agent concerned. */
  readonly agent_id?: string
  readonly task_id?: string
  readonly orch_id?: string
  readonly app_id?: string
  readonly jti?: string
  /** Route template. */
  readonly resource?: string
  readonly outcome?: 'success' | 'denied'
  readonly deleg_depth?: number
  readonly deleg_chain_hash?: string
  readonly bytes_transferred?: number
  readonly request_id?: string
  readonly source_ip?: string
  /** The root of the chain on whose behalf the agent acts, and the delegators after it, in order. */
  readonly original_principal?: string
  readonly intermediate_agents?: string[]
  /** How many refusals of one group this event stands for. */
  readonly repeat_count?: number
  /** SHA-256 hex over `auditHashInput`. */
  readonly hash: string
  /** `hash` of the preceding event; `genesisHash` for `seq` 1. */
  readonly prev_hash: string
}

/** An event before its hash is made. */
export type UnhashedAuditEvent = Omit<AuditEvent, 'hash'>

/** `prev_hash` of the first event: 64 zeros. */
export const genesisHash: string = '0'.repeat(64)

/**
 * The `id` of an event: `evt-` and `seq`, padded with zeros to six digits, longer from a million on.
 *
 * @example
 * ```ts
 * auditEventId(1) // 'evt-000001'
 * ```
 */
export function auditEventId(seq: number): string {
  return `evt-${String(seq).padStart(6, '0')}`
}

/**
 * The text (UTF-8) whose SHA-256 in hex is the event's hash: `agentwrit-audit-v1`, a line feed, and the event in RFC 8785
 * form (contract 5.4). A `hash` member is left out. Throws a TypeError when JSON cannot say the event.
 *
 * @example
 * ```ts
 * const isUnchanged = (event: AuditEvent) => event.hash === sha256(auditHashInput(event))
 * ```
 */
export function auditHashInput(event: UnhashedAuditEvent & { readonly hash?: string }): string {
  const { hash: _, ...unhashed } = event
  return `agentwrit-audit-v1\n${canonicalize(unhashed)}`
}
