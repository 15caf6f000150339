import { Fault } from '../domain/fault.ts'
import type { Store } from '../domain/store.ts'
import { createAgentStore } from './agent-store.ts'
import { createAppStore } from './app-store.ts'
import { appendEvents } from './changes/append-events.ts'
import { prune, pruneBound } from './changes/prune.ts'
import { beginEpoch } from './changes/begin-epoch.ts'
import type { Committer } from './committer.ts'
import { createChangeStore } from './change-store.ts'
import { createDelegationStore } from './delegation-store.ts'
import type { History } from './history.ts'
import { createIntegrityStore } from './integrity-store.ts'
import { createLaunchTokenStore } from './launch-token-store.ts'
import { followEvents, readHead, type RowSource } from './reads/finds.ts'
import type { Scanner } from './reads/scans.ts'
import { createRevocationStore } from './revocation-store.ts'
import { createSessionStore } from './session-store.ts'
import { createSigningKeyStore } from './signing-key-store.ts'
import type { StoreAccess } from './store-access.ts'
import type { StoreObserver, StoreOperation } from './store-observer.ts'

export interface StoreParts {
  readonly committer: Committer
  /** For single rows. */
  readonly source: RowSource
  /** For many rows. */
  readonly scanner: Scanner
  readonly observer: StoreObserver
  readonly history: History
  /** Ends the process if another broker could be using the same store. */
  readonly requireSoleUse?: () => void
  /** Closes the parts, once the last change has been decided. */
  readonly close: () => Promise<void>
}

/** The ports of the domain, for any engine. */
export function createStore({
  committer,
  source,
  scanner,
  observer,
  history,
  close,
  requireSoleUse,
}: StoreParts): Store {
  const answering = faultsOf(observer)
  const find = <Answer>(reading: Promise<Answer>) => answering('read', reading)
  const scan: Scanner['scan'] = (name, asked) => answering('scan', scanner.scan(name, asked))
  const access: StoreAccess = { committer, observer, source, find, scan }
  const head = () => find(readHead(source))

  return {
    agents: createAgentStore(access),
    apps: createAppStore(access),
    launchTokens: createLaunchTokenStore(access),
    sessions: createSessionStore(access),
    delegations: createDelegationStore(access),
    revocations: createRevocationStore(access),
    changes: createChangeStore(access),
    audit: {
      append: async (events) => void (await committer.commit(appendEvents(events))),
      read: (fromSeq, limit) => scan('auditEvents', { fromSeq, limit }),
      follow: (seq, limit) => find(followEvents(source, seq, limit)),
      list: (filter, page) => scan('auditTrail', { filter, page }),
      tally: (owed) => scan('auditTally', owed),
      count: async () => {
        const { seq, prunedSeq } = await head()
        return seq - prunedSeq
      },
    },
    integrity: createIntegrityStore(access),
    signingKeys: createSigningKeyStore(access),
    epochs: {
      begin: (next, previous, events) => committer.commit(beginEpoch(next, previous, events)),
      inspect: () => find(history.inspect()),
      remember: () => history.remember(),
    },
    head: async () => {
      const { lastTime: _, ...values } = await head()
      return values
    },
    lastTime: () => committer.lastTime,
    prune: () => {
      requireSoleUse?.()
      return pruneAll(committer)
    },
    probe: async () => {
      requireSoleUse?.()
      // A change of nothing still writes the head row and commits.
      await committer.commit(appendEvents([]))
      await head()
    },
    close: async () => {
      await committer.finish()
      await close()
    },
  }
}

/** A read that fails becomes a fault, and is counted. */
function faultsOf(observer: StoreObserver) {
  return async <Answer>(operation: StoreOperation, reading: Promise<Answer>): Promise<Answer> => {
    try {
      return await reading
    } catch (cause) {
      observer.operationFailed(operation)
      throw new Fault('service_unavailable', 'the store does not answer', { cause, retryAfter: 1 })
    }
  }
}

/** Change by change, so that others get their turn in between. */
async function pruneAll(committer: Committer): Promise<number> {
  let total = 0
  for (let removed = pruneBound; removed >= pruneBound; total += removed) {
    removed = await committer.remove(prune)
  }
  return total
}
