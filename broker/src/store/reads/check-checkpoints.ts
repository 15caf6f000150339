import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import {
  checkpointInput,
  decodeHex,
  type AuditEvent,
  type AuditHead,
  type Checkpoint,
} from '@agentwrit/protocol'
import type { AuditPortion, CheckedPortion } from '../../domain/audit/audit-integrity.ts'
import type { SigningKey } from '../../domain/signing-keys/signing-key.ts'
import { readInteger } from '../read-column.ts'
import { checkpoints, parseCheckpoint } from '../tables/checkpoints.ts'
import { allSigningKeys, type RowSource } from './finds.ts'
import { readAsStored } from './read-as-stored.ts'

interface Signed {
  /** Of the portion, from its first one on. */
  readonly events: readonly AuditEvent[]
  readonly portion: AuditPortion
  readonly previous: AuditHead
}

/**
 * The checkpoints over the events of a portion. Those of every key that ever signed are checked, a compromised one's too:
 * one that disagrees is a fault whoever has made it.
 */
export async function checkCheckpoints(
  source: RowSource,
  { events, portion, previous }: Signed,
): Promise<{ readonly checked: number; readonly error?: CheckedPortion['error'] }> {
  const { fromSeq, toSeq, isFirst } = portion
  const rows = await readAsStored(source, checkpoints, {
    tail: 'where seq between ? and ? order by seq',
    values: [isFirst ? previous.seq : fromSeq, toSeq],
  })
  if (rows.length === 0) return { checked: 0 }
  const keys = new Map((await allSigningKeys(source)).map((key) => [key.kid, toPublicKey(key)]))
  const hashAt = (seq: number) =>
    seq === previous.seq ? previous.hash : events[seq - fromSeq]?.hash
  const place = rows.findIndex((row) => {
    const checkpoint = parseCheckpoint(row)
    return checkpoint?.hash !== hashAt(Number(row['seq'])) || !isSigned(checkpoint, keys)
  })
  const bad = rows[place]
  if (bad === undefined) return { checked: rows.length }
  return { checked: place, error: { seq: readInteger(bad, 'seq'), reason: 'checkpoint' } }
}

function isSigned(
  checkpoint: Checkpoint | undefined,
  keys: ReadonlyMap<string, KeyObject | undefined>,
): boolean {
  const key = keys.get(checkpoint?.kid ?? '')
  const signature = decodeHex(checkpoint?.signature ?? '')
  if (checkpoint === undefined || key === undefined || signature === undefined) return false
  return verify(null, Buffer.from(checkpointInput(checkpoint)), key, signature)
}

function toPublicKey({ x }: SigningKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  } catch {
    return undefined
  }
}
