import type { NewValue } from '../change.ts'
import type { TableDescription } from '../table.ts'

const aDay = 24 * 60 * 60 * 1000

/**
 * What verifiers are told, in the order they are told it: numbered without gaps by the head row. A row names what it is
 * about; an entry itself stands among the revocations, which are kept for longer. It goes a day after `committed_at`.
 */
export const changes = {
  name: 'changes',
  columns: {
    stream_seq: 'integer',
    action: 'text',
    entry_id: 'text',
    jti: 'text',
    exp: 'seconds',
    kid: 'text',
    committed_at: 'milliseconds',
  },
  key: ['stream_seq'],
  mac: false,
  expiry: 'committed_at',
  afterlife: aDay,
} as const satisfies TableDescription

export const changeActions = ['revoke', 'release', 'lift', 'supersede', 'retire_key'] as const
export type ChangeAction = (typeof changeActions)[number]

type NewRow = Readonly<Record<string, NewValue>>

/** About the entry of this id, made or lifted in the same change. */
export function entryChange(action: 'revoke' | 'release' | 'lift', id: NewValue): NewRow {
  return { ...newChange(action), entry_id: id }
}

/** A token died that may do more than its successor. Nothing else tells of it, so the row outlives its `exp` (seconds). */
export function supersedeChange(jti: string, exp: number): NewRow {
  const committedAt = { at: 0, noEarlierThan: exp * 1000 - aDay }
  return { ...newChange('supersede'), jti, exp, committed_at: committedAt }
}

export function retireKeyChange(kid: string): NewRow {
  return { ...newChange('retire_key'), kid }
}

function newChange(action: ChangeAction): NewRow {
  return {
    stream_seq: { streamSeq: true },
    action,
    entry_id: null,
    jti: null,
    exp: null,
    kid: null,
    committed_at: { at: 0 },
  }
}
