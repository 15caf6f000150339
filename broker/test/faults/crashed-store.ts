import { createHash } from 'node:crypto'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { genesisHash, verifyAuditChain, type AuditEvent, type AuditHead } from '@agentwrit/protocol'
import { macKey } from '../../src/crypto/derived-keys.ts'
import { loadSigningKeyFile } from '../../src/crypto/key-file.ts'
import { RowMac } from '../../src/store/row-mac.ts'
import { selectFrom } from '../../src/store/sql.ts'
import type { Row, TableDescription } from '../../src/store/table.ts'
import { tables } from '../../src/store/tables.ts'
import type { BrokerFiles } from './broker-process.ts'
import { findContradictions } from './contradictions.ts'

export const emptyChain: AuditHead = { seq: 0, hash: genesisHash }

/**
 * A copy of the database as a broker that is gone has left it, read by SQLite alone: no code of the broker has tidied
 * anything up.
 */
export class CrashedStore implements AsyncDisposable {
  readonly #folder: string
  readonly #database: DatabaseSync
  readonly #mac: RowMac

  private constructor(folder: string, database: DatabaseSync, mac: RowMac) {
    this.#folder = folder
    this.#database = database
    this.#mac = mac
  }

  static async open(files: BrokerFiles): Promise<CrashedStore> {
    const seed = await loadSigningKeyFile(files.keyPath, { mayCreate: false })
    const folder = await mkdtemp(join(tmpdir(), 'agentwrit-crashed-'))
    const copy = join(folder, 'data.db')
    for (const ending of ['', '-wal']) {
      const original = files.databasePath + ending
      if (existsSync(original)) await copyFile(original, copy + ending)
    }
    return new CrashedStore(folder, new DatabaseSync(copy), new RowMac(macKey(seed)))
  }

  /** SQLite's own judgement, rows that contradict each other, and rows whose MAC is wrong. */
  findFlaws(): string[] {
    const integrity = this.#database.prepare('pragma integrity_check').all()
    const flaws = integrity
      .map((row) => String(row['integrity_check']))
      .filter((flaw) => flaw !== 'ok')
    const forged = Object.values<TableDescription>(tables).filter((table) =>
      this.#hasForgedRow(table),
    )
    return [
      ...flaws,
      ...findContradictions(this.#database),
      ...forged.map(({ name }) => `a row of ${name} has a wrong MAC`),
    ]
  }

  /** The audit chain from `known` on, checked with the public rules alone; throws if it does not verify. */
  async verifyChain(known: AuditHead = emptyChain): Promise<AuditHead> {
    const events = this.#database.prepare(
      'select event from audit_events where seq > ? order by seq',
    )
    const { ok, head, error } = await verifyAuditChain(
      toEvents(events.iterate(known.seq)),
      sha256,
      known,
    )
    if (!ok) throw new Error(`the audit chain is broken: ${JSON.stringify(error)}`)
    return head
  }

  readEvents(): AuditEvent[] {
    return [
      ...toEvents(this.#database.prepare('select event from audit_events order by seq').iterate()),
    ]
  }

  countLaunchTokens(name: string): number {
    return this.#count('select count(*) as count from launch_tokens where agent_name = ?', name)
  }

  /** How many agents were made by the launch token of this name. */
  countAgents(name: string): number {
    return this.#count('select count(*) as count from agents where agent_name = ?', name)
  }

  /** Whether the token is its session's current one, and nothing has ended the session. */
  isLive(jti: string): boolean {
    const query = `select count(*) as count from sessions where current_jti = ?
      and not exists (select 1 from revocations where revocations.sid = sessions.sid)`
    return this.#count(query, jti) === 1
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#database.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #hasForgedRow(table: TableDescription): boolean {
    for (const row of this.#database.prepare(selectFrom(table)).iterate()) {
      if (this.#mac.open(table, { ...(row as Row) }) === undefined) return true
    }
    return false
  }

  #count(query: string, value: string): number {
    return Number(this.#database.prepare(query).get(value)?.['count'])
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function* toEvents(rows: Iterable<Record<string, unknown>>): Generator<AuditEvent> {
  for (const row of rows) yield JSON.parse(String(row['event'])) as AuditEvent
}
