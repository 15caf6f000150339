import type { SigningKeyStore } from '../domain/signing-keys/signing-key.ts'
import { retireSigningKey, rotateSigningKey } from './changes/rotate-signing-key.ts'
import type { Committer } from './committer.ts'
import { allSigningKeys, type RowSource } from './reads/finds.ts'
import type { Scanner } from './reads/scans.ts'

interface SigningKeyStoreParts {
  readonly committer: Committer
  readonly source: RowSource
  /** Turns a failed read into a fault. */
  readonly find: <Answer>(reading: Promise<Answer>) => Promise<Answer>
  readonly scan: Scanner['scan']
}

/** The port of signing keys, for any engine. */
export function createSigningKeyStore({
  committer,
  source,
  find,
  scan,
}: SigningKeyStoreParts): SigningKeyStore {
  return {
    all: () => find(allSigningKeys(source)),
    rotate: (rotation, presented, events) =>
      committer.commit(rotateSigningKey(rotation, presented, events)),
    retire: (key, events) => committer.commit(retireSigningKey(key, events)),
    isInUse: (kid, at) => scan('signingKeyInUse', { kid, at }),
    lastSessionEnd: (at) => scan('lastSessionEnd', { at }),
  }
}
