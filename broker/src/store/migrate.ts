import { longestLife } from '../domain/tokens/longest-life.ts'
import type { SigningKey } from '../domain/signing-keys/signing-key.ts'
import { migrations } from './migrations.ts'
import { readInteger } from './read-column.ts'
import type { RowMac } from './row-mac.ts'
import { insertInto, storedValues, type Sql } from './sql.ts'
import { StoreOpenError } from './store-open-error.ts'
import type { Row, TableDescription } from './table.ts'
import { head, newHead, toHeadRow } from './tables/head.ts'
import { signingKeys, toSigningKeyRow } from './tables/signing-keys.ts'

/** What a new store begins with, and what an old one must agree to. */
export interface Founding {
  /** Of the deployment's seed; kept at creation. */
  readonly fingerprint: string
  readonly firstSigningKey: SigningKey
  /** Identifies the deployment's epoch: 16 random hex. */
  readonly epoch: string
}

/**
 * Brings the schema up to this code's and founds a new store. Runs inside one transaction, under the engine's lock.
 * The row of `meta` holds what decides whether this code and this seed may use the store at all.
 */
export async function migrate(
  sql: Sql,
  mac: RowMac,
  founding: Founding,
  steps = migrations,
): Promise<void> {
  await sql.run(
    `create table if not exists meta (
      id bigint primary key, version bigint not null, oldest_code bigint not null, fingerprint text not null)`,
  )
  const [meta] = await sql.all('select version, oldest_code, fingerprint from meta where id = 1')
  if (meta !== undefined) requireOurs(meta, founding, steps.length)
  const version = meta === undefined ? 0 : readInteger(meta, 'version')
  const missing = steps.slice(version)
  for (const statement of missing.flatMap(({ statements }) => statements)) await sql.run(statement)
  if (meta === undefined) await found(sql, mac, founding)
  const last = missing.at(-1)
  if (last !== undefined) {
    const values = [steps.length, last.oldestCode]
    await sql.run('update meta set version = ?, oldest_code = ? where id = 1', values)
  }
}

function requireOurs(meta: Row, { fingerprint }: Founding, codeVersion: number): void {
  const oldestCode = readInteger(meta, 'oldest_code')
  if (oldestCode > codeVersion) {
    throw new StoreOpenError(
      `The store was upgraded by a newer AgentWrit: it needs schema ${oldestCode} or later, this version knows ${codeVersion}. Start the newer version.`,
    )
  }
  if (meta['fingerprint'] !== fingerprint) {
    throw new StoreOpenError(
      'The store belongs to another signing key file: point AA_SIGNING_KEY_PATH at the file the store was created with.',
    )
  }
}

async function found(sql: Sql, mac: RowMac, founding: Founding): Promise<void> {
  await sql.run('insert into meta (id, version, oldest_code, fingerprint) values (1, 0, 0, ?)', [
    founding.fingerprint,
  ])
  const insert = (table: TableDescription, row: Row) =>
    sql.run(insertInto(table), storedValues(table, mac.seal(table, row)))
  const { importedAt } = founding.firstSigningKey
  // Tokens that an older broker has issued under this key are accepted too: no revocation of one is forgotten before.
  const highestExp = importedAt === undefined ? 0 : Math.ceil(importedAt / 1000) + longestLife
  await insert(head, toHeadRow({ ...newHead(founding.epoch), highestExp }))
  await insert(signingKeys, toSigningKeyRow(founding.firstSigningKey))
}
