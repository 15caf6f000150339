import type { ChangeStore } from '../domain/streams/change.ts'
import { listChanges } from './reads/scan-changes.ts'
import type { StoreAccess } from './store-access.ts'

/** The port of what verifiers are told, for any engine. */
export function createChangeStore({ source, find, scan }: StoreAccess): ChangeStore {
  return {
    after: (seq, limit) => find(listChanges(source, { seq, limit })),
    history: (seq, limit) => scan('changes', { seq, limit }),
    countSnapshot: (bounds) => scan('snapshotSize', bounds),
    snapshotEntries: (page) => scan('snapshotEntries', page),
    snapshotSuperseded: (page) => scan('snapshotSuperseded', page),
  }
}
