import type { SigningKeyStore } from '../domain/signing-keys/signing-key.ts'
import { retireSigningKey, rotateSigningKey } from './changes/rotate-signing-key.ts'
import { allSigningKeys } from './reads/finds.ts'
import type { StoreAccess } from './store-access.ts'

/** The port of signing keys, for any engine. */
export function createSigningKeyStore({
  committer,
  source,
  find,
  scan,
}: StoreAccess): SigningKeyStore {
  return {
    all: () => find(allSigningKeys(source)),
    rotate: (rotation, presented, events) =>
      committer.commit(rotateSigningKey(rotation, presented, events)),
    retire: (key, events) => committer.commit(retireSigningKey(key, events)),
    isInUse: (kid, at) => scan('signingKeyInUse', { kid, at }),
    lastSessionEnd: (at) => scan('lastSessionEnd', { at }),
  }
}
