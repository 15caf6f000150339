/**
 * Checking the audit chain (contract 5.4) from the events alone, so that an export is verified
 * without a broker. Law: any edit, removal, insertion or swap of events is found, save for cutting
 * off the end: compare `head` with a checkpoint kept elsewhere.
 */
import { auditEventId, auditHashInput, genesisHash, type AuditEvent } from './audit-event.ts'

/** Up to where a chain is known: an event's `seq` and `hash`. */
export interface AuditHead {
  readonly seq: number
  readonly hash: string
}

/**
 * What is wrong with an event: JSON cannot say it; it has another `seq` or `id` than stands next; its `prev_hash` is not
 * the hash before it; its `hash` is not its own.
 */
export type AuditChainFault = 'unreadable' | 'sequence' | 'link' | 'hash'

/** How far a chain is intact, and what broke it. */
export interface AuditChainResult {
  readonly ok: boolean
  /** Events found intact, from the beginning. */
  readonly events_checked: number
  /** The last intact event. */
  readonly head: AuditHead
  /** The first broken place: the `seq` that should stand there, and why. */
  readonly error?: { readonly seq: number; readonly reason: AuditChainFault }
}

/** SHA-256 of the text's UTF-8 bytes, in lower-case hex. */
export type HashText = (text: string) => string | Promise<string>

/**
 * Checks events in order, each against the one before it. Begins after `previous`, by default at the first event. Never
 * rejects because of what an event holds, only when `events` or `hash` does.
 *
 * @example
 * ```ts
 * const sha256: HashText = async (text) =>
 *   encodeHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
 * const isIntact = async (events: AuditEvent[]) => (await verifyAuditChain(events, sha256)).ok
 * ```
 */
export async function verifyAuditChain(
  events: Iterable<AuditEvent> | AsyncIterable<AuditEvent>,
  hash: HashText,
  previous: AuditHead = { seq: 0, hash: genesisHash },
): Promise<AuditChainResult> {
  let head = previous
  let checked = 0
  for await (const event of events) {
    const reason = await findAuditFault(event, head, hash)
    if (reason !== undefined) {
      return { ok: false, events_checked: checked, head, error: { seq: head.seq + 1, reason } }
    }
    head = { seq: event.seq, hash: event.hash }
    checked += 1
  }
  return { ok: true, events_checked: checked, head }
}

/** What is wrong with an event that should stand directly behind `head`; undefined when nothing is. */
export async function findAuditFault(
  event: AuditEvent,
  head: AuditHead,
  hash: HashText,
): Promise<AuditChainFault | undefined> {
  const input = readInput(event)
  if (input === undefined) return 'unreadable'
  if (event.seq !== head.seq + 1 || event.id !== auditEventId(event.seq)) return 'sequence'
  if (event.prev_hash !== head.hash) return 'link'
  if (event.hash !== (await hash(input))) return 'hash'
  return undefined
}

function readInput(event: AuditEvent): string | undefined {
  try {
    return auditHashInput(event)
  } catch {
    return undefined
  }
}
