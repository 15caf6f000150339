import type { ChangeStore } from '../domain/streams/change.ts'
import type { RowSource } from './reads/finds.ts'
import { listChanges } from './reads/scan-changes.ts'
import type { Scanner } from './reads/scans.ts'

interface ChangeStoreParts {
  readonly source: RowSource
  /** Turns a failed read into a fault. */
  readonly find: <Answer>(reading: Promise<Answer>) => Promise<Answer>
  readonly scan: Scanner['scan']
}

/** The port of what verifiers are told, for any engine. */
export function createChangeStore({ source, find, scan }: ChangeStoreParts): ChangeStore {
  return {
    after: (seq, limit) => find(listChanges(source, { seq, limit })),
    history: (seq, limit) => scan('changes', { seq, limit }),
    countSnapshot: (bounds) => scan('snapshotSize', bounds),
    snapshotEntries: (page) => scan('snapshotEntries', page),
    snapshotSuperseded: (page) => scan('snapshotSuperseded', page),
  }
}
