import type { Regression, Remembered } from '../domain/epoch/epoch.ts'
import type { HighWaterFile } from './high-water-file.ts'
import { compare } from './history.ts'
import type { RowSource } from './reads/finds.ts'
import { StoreOpenError } from './store-open-error.ts'

export interface Opened {
  readonly path: string
  readonly source: RowSource
  readonly highWater: HighWaterFile
}

/** Throws unless the database may follow the one that this file was written for. */
export async function requireSameHistory(
  { path, source, highWater }: Opened,
  mark: Remembered,
): Promise<void> {
  const { regression = await findRegression(source, mark) } = mark
  if (regression === undefined) return
  throw new StoreOpenError(
    `The database ${path} is not the one that this broker has answered from: ${findings[regression]} ` +
      `(${highWater.path} tells of event ${mark.seq} in epoch ${mark.epoch}). Most likely an older copy was put in its ` +
      'place, and what was revoked, renewed or changed since that copy is not in it. Put the newest database back, or, ' +
      'if it is lost, run `awrit restore accept`, which ends everything issued so far.',
  )
}

async function findRegression(
  source: RowSource,
  mark: Remembered,
): Promise<Regression | undefined> {
  const found = await compare(source, [mark])
  return 'regression' in found ? found.regression : undefined
}

const findings: Readonly<Record<Regression, string>> = {
  lower_head: 'its audit trail is shorter',
  other_history: 'its audit trail tells another story',
  other_epoch: 'it is of another epoch',
  no_head: 'it has no head row of this deployment',
  file_replaced: 'the file was replaced while the broker ran',
}

/** Founding a new store would hide that the old one is gone. */
export function databaseGone(path: string, { path: highWaterPath }: HighWaterFile): StoreOpenError {
  return new StoreOpenError(
    `The database ${path} is missing or empty, but ${highWaterPath} tells that this broker has answered from one. Put ` +
      `it back, or a backup of it and run \`awrit restore accept\`. To begin anew on purpose, remove ${highWaterPath}.`,
  )
}

export function withoutHighWater({ path }: HighWaterFile): string {
  return `there was no ${path}: whether an older database was put back before this start, nobody can tell`
}
