/**
 * Checking an export of the audit trail without a broker (contract 5.4), with what was kept elsewhere: checkpoints.
 * Laws: an event that was changed, removed, added or moved is found by the chain alone; a chain that was calculated
 * anew, or cut off at its end, by any checkpoint over what was there; a checkpoint that does not verify is a fault
 * and never passed over; a key is the one its `kid` names, or none.
 */
import {
  findAuditFault,
  type AuditChainFault,
  type AuditHead,
  type HashText,
} from './audit-chain.ts'
import { genesisHash, type AuditEvent } from './audit-event.ts'
import { checkpointInput, type Checkpoint } from './checkpoint.ts'
import { decodeHex, encodeBase64url } from './encoding.ts'
import { isThumbprint } from './form.ts'
import { keyIdInput } from './token.ts'
import type { AuditKey } from './wire-keys.ts'

/** An export: events in order, each parsed or as its line of JSON Lines; empty lines count for nothing. */
export type AuditExport = Iterable<AuditEvent | string> | AsyncIterable<AuditEvent | string>

/** Whether these 64 bytes are the key's Ed25519 signature of the message. */
export type VerifySignature = (
  key: AuditKey,
  message: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
) => boolean | Promise<boolean>

/** What an export is checked with. */
export interface AuditExportCheck {
  readonly hash: HashText
  /** Needed only with checkpoints. */
  readonly verify?: VerifySignature
  /** `keys` of GET /v1/audit/keys (contract 4.28), best kept elsewhere too: of those that come along, at least each `kid`. */
  readonly keys?: readonly AuditKey[]
  /** In any order. Those before the export begins are not looked at. */
  readonly checkpoints?: readonly Checkpoint[]
  /**
   * The event before the first one of the export: from a checkpoint, or from `audit_pruned`, which names the last one that
   * retention has removed. Without it the export must begin at the first event of all.
   */
  readonly start?: AuditHead
}

/**
 * Besides what can be wrong with a chain: a checkpoint is not signed by one of the keys; the event is not the one that a
 * checkpoint was signed over (what is wrong lies behind the checkpoint before); a checkpoint tells of events that are
 * not there any more.
 */
export type AuditExportFault = AuditChainFault | 'signature' | 'checkpoint' | 'truncated'

/** How far an export is intact, and what broke it. */
export interface AuditExportResult {
  readonly ok: boolean
  /** Events found intact, from the beginning. */
  readonly events_checked: number
  /** Checkpoints that agree with them. */
  readonly checkpoints_checked: number
  /** How many of these are signed by a key that was compromised: whoever has that key can sign anything. */
  readonly checkpoints_compromised: number
  /** The last intact event. */
  readonly head: AuditHead
  /** The first broken place, and why. */
  readonly error?: { readonly seq: number; readonly reason: AuditExportFault }
}

/**
 * Checks an export. Rejects only when `events`, `hash` or `verify` does.
 *
 * @example
 * ```ts
 * const hash: HashText = async (text) =>
 *   encodeHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))))
 *
 * const verify: VerifySignature = async (published, message, signature) => {
 *   const key = await crypto.subtle.importKey('jwk', published, 'Ed25519', false, ['verify'])
 *   return crypto.subtle.verify('Ed25519', key, signature, message)
 * }
 *
 * async function isIntact(text: string, { keys }: AuditKeyList, kept: Checkpoint[]): Promise<boolean> {
 *   const check: AuditExportCheck = { hash, verify, keys, checkpoints: kept }
 *   return (await verifyAuditExport(text.split('\n'), check)).ok
 * }
 * ```
 */
export async function verifyAuditExport(
  events: AuditExport,
  check: AuditExportCheck,
): Promise<AuditExportResult> {
  const walk = new Walk(check)
  if (!(await walk.begins())) return walk.result()
  for await (const item of events) {
    if (item === '') continue
    if (!(await walk.passes(typeof item === 'string' ? parse(item) : item))) return walk.result()
  }
  await walk.end()
  return walk.result()
}

/** What is not JSON is no event, and found to be unreadable. */
function parse(line: string): AuditEvent | undefined {
  try {
    const event: AuditEvent = JSON.parse(line)
    return event
  } catch {
    return undefined
  }
}

/** Goes along the chain and, beside it, along the checkpoints. */
class Walk {
  readonly #check: AuditExportCheck
  /** Those not reached yet, the next one first. */
  readonly #ahead: Checkpoint[]
  #head: AuditHead
  #events = 0
  #checkpoints = 0
  #compromised = 0
  #error: AuditExportResult['error']

  constructor(check: AuditExportCheck) {
    const { checkpoints = [], start = { seq: 0, hash: genesisHash } } = check
    this.#check = check
    this.#head = start
    this.#ahead = checkpoints
      .filter(({ seq }) => !(seq < start.seq))
      .toSorted((one, other) => one.seq - other.seq)
  }

  /** Whether every checkpoint over the beginning agrees with it. */
  begins(): Promise<boolean> {
    return this.#reaches(this.#head)
  }

  /** Whether the event, and every checkpoint over it, agrees with all before. */
  async passes(event: AuditEvent | undefined): Promise<boolean> {
    const { seq } = this.#head
    if (event === undefined) return this.#fail(seq + 1, 'unreadable')
    const reason = await findAuditFault(event, this.#head, this.#check.hash)
    if (reason !== undefined) return this.#fail(seq + 1, reason)
    if (!(await this.#reaches(event))) return false
    this.#events += 1
    return true
  }

  /** Nothing may be left that tells of more. */
  async end(): Promise<void> {
    const [next] = this.#ahead
    if (next === undefined) return
    if (await this.#isSigned(next)) this.#fail(this.#head.seq + 1, 'truncated')
    else this.#fail(next.seq, 'signature')
  }

  result(): AuditExportResult {
    return {
      ok: this.#error === undefined,
      events_checked: this.#events,
      checkpoints_checked: this.#checkpoints,
      checkpoints_compromised: this.#compromised,
      head: this.#head,
      ...(this.#error === undefined ? {} : { error: this.#error }),
    }
  }

  async #reaches({ seq, hash }: AuditHead): Promise<boolean> {
    for (let [next] = this.#ahead; next?.seq === seq; [next] = this.#ahead) {
      if (!(await this.#isSigned(next))) return this.#fail(seq, 'signature')
      if (next.hash !== hash) return this.#fail(seq, 'checkpoint')
      this.#checkpoints += 1
      if (this.#keyOf(next)?.status === 'compromised') this.#compromised += 1
      this.#ahead.shift()
    }
    this.#head = { seq, hash }
    return true
  }

  async #isSigned(checkpoint: Checkpoint): Promise<boolean> {
    const key = this.#keyOf(checkpoint)
    const signed = toSigned(checkpoint)
    if (key === undefined || signed === undefined || !(await this.#isNamed(key))) return false
    return (await this.#check.verify?.(key, signed.message, signed.signature)) === true
  }

  /** RFC 7638, so that whoever knows which `kid` to trust needs to trust nobody for the key. */
  async #isNamed({ x, kid }: AuditKey): Promise<boolean> {
    if (!isThumbprint(x)) return false
    const digest = decodeHex(await this.#check.hash(keyIdInput(x)))
    return digest !== undefined && encodeBase64url(digest) === kid
  }

  #keyOf({ kid }: Checkpoint): AuditKey | undefined {
    return this.#check.keys?.find((key) => key.kid === kid)
  }

  #fail(seq: number, reason: AuditExportFault): false {
    this.#error = { seq, reason }
    return false
  }
}

/** Undefined for what no broker has signed. */
function toSigned(checkpoint: Checkpoint) {
  try {
    const message = new TextEncoder().encode(checkpointInput(checkpoint))
    const signature = decodeHex(checkpoint.signature)
    return signature?.length === 64 ? { message, signature } : undefined
  } catch {
    return undefined
  }
}
