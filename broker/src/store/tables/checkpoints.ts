import type { Checkpoint } from '@agentwrit/protocol'
import { readInteger, readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/** Signed by a key of the broker, so a row needs no MAC. */
export const checkpoints = {
  name: 'checkpoints',
  columns: {
    seq: 'integer',
    hash: 'text',
    made_at: 'milliseconds',
    kid: 'text',
    signature: 'text',
  },
  key: ['seq'],
  mac: false,
} as const satisfies TableDescription

export function toCheckpointRow({ seq, hash, time, kid, signature }: Checkpoint): Row {
  return { seq, hash, made_at: Date.parse(time), kid, signature }
}

/** Undefined for a row that no broker has written. */
export function parseCheckpoint(row: Row): Checkpoint | undefined {
  try {
    return toCheckpoint(row)
  } catch {
    return undefined
  }
}

/** The time is signed as text: it has one form only, so that milliseconds give it back. */
function toCheckpoint(row: Row): Checkpoint {
  return {
    seq: readInteger(row, 'seq'),
    hash: readText(row, 'hash'),
    time: new Date(readInteger(row, 'made_at')).toISOString(),
    kid: readText(row, 'kid'),
    signature: readText(row, 'signature'),
  }
}
