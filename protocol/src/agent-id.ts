/**
 * Agent ids: SPIFFE ids of the shape `spiffe://<trust domain>/agent/<orch_id>/<task_id>/<instance>`
 * (contract 2.2; https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md).
 * Laws: `parseAgentId` and `formatAgentId` are inverse, so an id has exactly one spelling and may be
 * compared as a string; no user, port, query, fragment, percent-encoding or trailing slash.
 */

/** Longest SPIFFE id, in bytes; every allowed character is one byte. */
export const maxAgentIdLength = 2048

/** What an agent id is made of, see `parseAgentId`. */
export interface AgentIdParts {
  /** 1 to 255 of `[a-z0-9._-]`. */
  readonly trustDomain: string
  /** 1 to 128 of `[A-Za-z0-9._-]`, not `.` or `..`; so is `taskId`. */
  readonly orchId: string
  readonly taskId: string
  /** 16 lower-case hex characters, drawn at registration. */
  readonly instance: string
}

const trustDomain = /^[a-z0-9._-]{1,255}$/
const pathName = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$/
const instanceName = /^[0-9a-f]{16}$/
const scheme = 'spiffe://'

/**
 * The parts of an agent id, or undefined when `text` is none or longer than 2048 bytes.
 *
 * @example
 * ```ts
 * const parts = parseAgentId('spiffe://agentwrit.local/agent/sales/october/0011223344556677')
 * parts?.taskId // 'october'
 * ```
 */
export function parseAgentId(text: string): AgentIdParts | undefined {
  if (text.length > maxAgentIdLength || !text.startsWith(scheme)) return undefined
  const [domain, kind, orchId, taskId, instance, ...rest] = text.slice(scheme.length).split('/')
  if (domain === undefined || orchId === undefined || taskId === undefined) return undefined
  if (instance === undefined || kind !== 'agent' || rest.length > 0) return undefined
  const parts = { trustDomain: domain, orchId, taskId, instance }
  return isValid(parts) ? parts : undefined
}

/**
 * The agent id with these parts. Throws a TypeError when one of them breaks its rule.
 *
 * @example
 * ```ts
 * const parts = { trustDomain: 'agentwrit.local', orchId: 'sales', taskId: 'october', instance: '0011223344556677' }
 * formatAgentId(parts) // 'spiffe://agentwrit.local/agent/sales/october/0011223344556677'
 * ```
 */
export function formatAgentId(parts: AgentIdParts): string {
  if (!isValid(parts))
    throw new TypeError('an agent id needs a trust domain, path names and an instance')
  return `${scheme}${parts.trustDomain}/agent/${parts.orchId}/${parts.taskId}/${parts.instance}`
}

/**
 * Whether `text` may be an `orch_id` or `task_id`: 1 to 128 of `[A-Za-z0-9._-]`, not `.` or `..` (contract 1.10).
 *
 * @example
 * ```ts
 * isPathName('october-2026') // true
 * isPathName('..') // false
 * ```
 */
export function isPathName(text: string): boolean {
  return pathName.test(text)
}

/**
 * Whether `text` may be a trust domain: 1 to 255 of `[a-z0-9._-]` (SPIFFE-ID section 2.1).
 *
 * @example
 * ```ts
 * isTrustDomain('agents.example') // true
 * isTrustDomain('Agents.example') // false
 * ```
 */
export function isTrustDomain(text: string): boolean {
  return trustDomain.test(text)
}

function isValid(parts: AgentIdParts): boolean {
  return (
    isTrustDomain(parts.trustDomain) &&
    isPathName(parts.orchId) &&
    isPathName(parts.taskId) &&
    instanceName.test(parts.instance)
  )
}
