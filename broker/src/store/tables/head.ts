import { genesisHash } from '@agentwrit/protocol'
import type { StoreHead } from '../../domain/store.ts'
import { readInteger, readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/** The single row of what must be single. Every batch locks it, reads it and writes it. */
export const head = {
  name: 'head',
  columns: {
    id: 'integer',
    seq: 'integer',
    hash: 'text',
    last_time: 'milliseconds',
    epoch: 'text',
    not_before: 'seconds',
    highest_exp: 'seconds',
    stream_seq: 'integer',
    pruned_seq: 'integer',
    pruned_hash: 'text',
  },
  key: ['id'],
  mac: true,
} as const satisfies TableDescription

export const headKey = { id: 1 } as const

export interface Head extends StoreHead {
  /** Time of the latest batch: no later batch counts as earlier. */
  readonly lastTime: number
}

export function newHead(epoch: string): Head {
  return {
    seq: 0,
    hash: genesisHash,
    lastTime: 0,
    epoch,
    notBefore: 0,
    highestExp: 0,
    streamSeq: 0,
    prunedSeq: 0,
    prunedHash: genesisHash,
  }
}

export function toHeadRow(values: Head): Row {
  return {
    ...headKey,
    seq: values.seq,
    hash: values.hash,
    last_time: values.lastTime,
    epoch: values.epoch,
    not_before: values.notBefore,
    highest_exp: values.highestExp,
    // Unset until it counts: a row of before there were streams keeps its MAC.
    stream_seq: values.streamSeq === 0 ? null : values.streamSeq,
    pruned_seq: values.prunedSeq === 0 ? null : values.prunedSeq,
    pruned_hash: values.prunedSeq === 0 ? null : values.prunedHash,
  }
}

export function toHead(row: Row): Head {
  return {
    seq: readInteger(row, 'seq'),
    hash: readText(row, 'hash'),
    lastTime: readInteger(row, 'last_time'),
    epoch: readText(row, 'epoch'),
    notBefore: readInteger(row, 'not_before'),
    highestExp: readInteger(row, 'highest_exp'),
    streamSeq: row['stream_seq'] === null ? 0 : readInteger(row, 'stream_seq'),
    prunedSeq: row['pruned_seq'] === null ? 0 : readInteger(row, 'pruned_seq'),
    prunedHash: row['pruned_hash'] === null ? genesisHash : readText(row, 'pruned_hash'),
  }
}
