import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { complain, print, toTable } from '../cli/output.ts'
import { readProcessStoreConfig, type StoreConfig } from '../config.ts'
import { fingerprint, macKey } from '../crypto/derived-keys.ts'
import { loadSigningKeyFile } from '../crypto/key-file.ts'
import { makeFirstSigningKey } from '../crypto/sealed-key.ts'
import { acceptRestored } from '../domain/epoch/accept-restored.ts'
import { toWholeSeconds } from '../domain/whole-seconds.ts'
import { isStoreEmpty, openStore } from '../store/open-store.ts'
import { StoreOpenError } from '../store/store-open-error.ts'
import { reviewRestored } from './review-restored.ts'

export interface AcceptOptions {
  readonly yes: boolean
  readonly json: boolean
}

/**
 * Begins a new epoch in a database that was put back (contract 2.10): nothing issued before is accepted any more. The
 * broker must be stopped; nothing but its files is needed, and no secret of an operator.
 */
export async function restoreAccept({ yes, json }: AcceptOptions): Promise<void> {
  const config = readProcessStoreConfig()
  const opened = await open(config)
  const { store } = opened
  try {
    for (const line of await reviewRestored(store, Date.now())) complain(line)
    if (!yes && !(await isConfirmed())) throw new Error('not accepted; nothing was changed')
    const { epoch, notBefore } = await acceptRestored({
      store,
      clock: Date.now,
      random: randomBytes,
    })
    const begins = toWholeSeconds(notBefore * 1000)
    complain(`Accepted. Everything issued so far is dead; nothing is issued before ${begins}.`)
    complain('Start the broker, then change back what the review showed to be out of date.')
    report({ fingerprint: opened.fingerprint, epoch, not_before: notBefore }, json)
  } finally {
    await store.close()
  }
}

interface Result {
  readonly fingerprint: string
  readonly epoch: string
  /** Seconds. */
  readonly not_before: number
}

async function open({ dbPath, signingKeyPath }: StoreConfig) {
  if (isStoreEmpty(dbPath)) {
    throw new StoreOpenError(
      `There is no database at ${dbPath}: put the backup there first, or say with AA_DB_PATH where it is.`,
    )
  }
  const seed = await loadSigningKeyFile(signingKeyPath, { mayCreate: false })
  const own = fingerprint(seed)
  const store = await openStore({
    path: dbPath,
    macKey: macKey(seed),
    fingerprint: own,
    firstSigningKey: makeFirstSigningKey({ seedFile: seed, imported: false, at: Date.now() }),
    clock: Date.now,
    observe: { eventsCommitted() {}, tokensKilled() {}, operationFailed() {} },
    fatal: endProcess,
    isAccepting: true,
  })
  return { store, fingerprint: own }
}

async function isConfirmed(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    const answer = await terminal.question('Type "accept" to end everything issued so far: ')
    return answer.trim() === 'accept'
  } finally {
    terminal.close()
  }
}

function report(result: Result, json: boolean): void {
  if (json) return print(JSON.stringify(result, undefined, 2))
  const row = [result.fingerprint, result.epoch, toWholeSeconds(result.not_before * 1000)]
  for (const line of toTable(['FINGERPRINT', 'EPOCH', 'NOT_BEFORE'], row)) print(line)
}

function endProcess(cause: Error): void {
  complain(`FATAL: ${cause.message}`)
  process.exit(1)
}
