import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { fingerprint, macKey } from '../src/crypto/derived-keys.ts'
import { loadSigningKeyFile } from '../src/crypto/key-file.ts'
import { makeFirstSigningKey } from '../src/crypto/sealed-key.ts'
import { acceptRestored } from '../src/domain/epoch/accept-restored.ts'
import type { Epoch } from '../src/domain/epoch/epoch.ts'
import { openStore } from '../src/store/open-store.ts'
import { silent } from './store/store-place.ts'
import type { TestBroker } from './test-broker.ts'

/** Of a broker that is stopped: its database is one file then. */
export function copyDatabase({ folder, databasePath }: TestBroker): string {
  const copy = join(folder, 'backup.db')
  copyFileSync(databasePath, copy)
  return copy
}

/** As an operator does it: the copy takes the place of the database, and nothing is left of that. */
export function putBack({ databasePath }: TestBroker, copy: string): void {
  for (const ending of ['-wal', '-shm']) rmSync(databasePath + ending, { force: true })
  copyFileSync(copy, databasePath)
}

/** `awrit restore accept`, by the test's clock. */
export async function accept(broker: TestBroker): Promise<Epoch> {
  const { folder, databasePath } = broker
  const now = () => broker.now()
  const seed = await loadSigningKeyFile(join(folder, 'signing.key'), { mayCreate: false })
  const store = await openStore({
    path: databasePath,
    macKey: macKey(seed),
    fingerprint: fingerprint(seed),
    firstSigningKey: makeFirstSigningKey({ seedFile: seed, imported: false, at: now() }),
    clock: now,
    observe: silent,
    fatal: (error) => {
      throw error
    },
    isAccepting: true,
  })
  try {
    return await acceptRestored({ store, clock: now, random: randomBytes })
  } finally {
    await store.close()
  }
}
