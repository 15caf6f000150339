/**
 * Checking the audit chain (contract 5.4) from the events alone, so that an export is verified
 * without a broker. Law: any edit, removal, insertion or swap of events is found, save for cutting
 * off the end: compare `head` with a checkpoint kept elsewhere.
 */
import { auditEventId, auditHashInput, genesisHash, type AuditEvent } from './audit-event.ts'

export interface AuditHead {
  readonly seq: number
  readonly hash: string
}

export type AuditChainFault = 'unreadable' | 'sequence' | 'link' | 'hash'

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

/** Begins after `previous`, by default at the first event. Never rejects because of what an event holds. */
export async function verifyAuditChain(
  events: Iterable<AuditEvent> | AsyncIterable<AuditEvent>,
  hash: HashText,
  previous: AuditHead = { seq: 0, hash: genesisHash },
): Promise<AuditChainResult> {
  let head = previous
  let checked = 0
  for await (const event of events) {
    const reason = await findFault(event, head, hash)
    if (reason !== undefined) {
      return { ok: false, events_checked: checked, head, error: { seq: head.seq + 1, reason } }
    }
    head = { seq: event.seq, hash: event.hash }
    checked += 1
  }
  return { ok: true, events_checked: checked, head }
}

async function findFault(
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
