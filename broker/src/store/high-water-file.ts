import { constants, promises as files, readFileSync, statSync } from 'node:fs'
import { regressions, type Remembered } from '../domain/epoch/epoch.ts'
import { StoreOpenError } from './store-open-error.ts'

/** Ours have about 150 bytes; another file named by mistake is not read into memory. */
const largestFile = 1024
const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants

/** How far a database has come, kept beside it: whoever puts an older one back leaves this file as it is. */
export class HighWaterFile {
  readonly path: string

  constructor(databasePath: string) {
    this.path = `${databasePath}.high-water`
  }

  /** Undefined when there is none. */
  read(): Remembered | undefined {
    const text = this.#readText()
    if (text === undefined) return undefined
    const mark = parse(text)
    if (mark === undefined) throw this.#unusable('it does not say how far a database has come')
    return mark
  }

  /** The file is there as a whole, old or new, whatever happens in between. */
  async write({ epoch, notBefore, seq, hash, regression }: Remembered): Promise<void> {
    const draft = `${this.path}.new`
    const file = await files.open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600)
    try {
      await file.writeFile(
        `${JSON.stringify({ epoch, not_before: notBefore, seq, hash, regression })}\n`,
      )
      // Else a power failure could leave an empty file under the final name, which stops the next start.
      await file.sync()
    } finally {
      await file.close()
    }
    await files.rename(draft, this.path)
  }

  #readText(): string | undefined {
    try {
      const stats = statSync(this.path, { throwIfNoEntry: false })
      if (stats === undefined) return undefined
      if (stats.isFile() && stats.size <= largestFile) return readFileSync(this.path, 'utf8')
    } catch (cause) {
      throw this.#unusable(cause instanceof Error ? cause.message : 'unknown reason', cause)
    }
    throw this.#unusable('it is no file of the broker')
  }

  #unusable(reason: string, cause?: unknown): StoreOpenError {
    return new StoreOpenError(
      `The high-water file ${this.path} cannot be used: ${reason}. Without it nobody can tell whether the database ` +
        'is an older one that was put back. If you know that it is the newest, remove the file; else run ' +
        '`awrit restore accept`.',
      { cause },
    )
  }
}

function parse(text: string): Remembered | undefined {
  const read = parseJson(text)
  if (typeof read !== 'object' || read === null) return undefined
  const { epoch, not_before: notBefore, seq, hash, ...rest }: Record<string, unknown> = { ...read }
  const regression = regressions.find((known) => known === rest['regression'])
  if (rest['regression'] !== regression) return undefined
  if (!isHex(epoch, 16) || !isHex(hash, 64) || !isCount(seq) || !isCount(notBefore))
    return undefined
  const mark = { epoch, notBefore, seq, hash }
  return regression === undefined ? mark : { ...mark, regression }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isHex(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
