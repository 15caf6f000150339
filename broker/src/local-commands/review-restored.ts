import { toTable } from '../cli/output.ts'
import type { App } from '../domain/apps/app.ts'
import type { KeptRevocation } from '../domain/revocation/revocation.ts'
import type { SigningKey } from '../domain/signing-keys/signing-key.ts'
import type { Store } from '../domain/store.ts'
import { toWholeSeconds } from '../domain/whole-seconds.ts'

/**
 * What an operator must look through before a restored database is trusted: a new epoch ends whatever was issued, but
 * apps, their secrets, task entries and signing keys are again as they were. `at`: milliseconds.
 */
export async function reviewRestored(store: Store, at: number): Promise<string[]> {
  const { seq, epoch } = await store.head()
  const tasks = (await store.revocations.inForce(at)).filter(({ level }) => level === 'task')
  return [
    `The database ends with audit event ${seq} of ${toWholeSeconds(store.lastTime())}, in epoch ${epoch}.`,
    'Accepting it ends every token, session and launch token issued so far.',
    'What is in it holds again; what was changed after that event does not. For review:',
    ...section('Apps: ceilings narrowed, secrets rotated and apps removed since are undone', [
      appColumns,
      ...(await store.apps.list()).map(toAppRow),
    ]),
    ...section('Tasks: those revoked since are allowed again', [
      taskColumns,
      ...tasks.map(toTaskRow),
    ]),
    ...section('Signing keys: emergency rotations made since are undone', [
      keyColumns,
      ...(await store.signingKeys.all()).map(toKeyRow),
    ]),
    '',
  ]
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  const lines = rows.length > 1 ? toTable(...rows) : ['none']
  return ['', title, ...lines.map((line) => `  ${line}`)]
}

const appColumns = ['NAME', 'APP_ID', 'STATUS', 'SCOPES', 'CREATED', 'UPDATED', 'OLD_SECRET_UNTIL']

function toAppRow(app: App): string[] {
  const { name, appId, deregisteredAt, scopes, createdAt, updatedAt, previousSecret } = app
  const status = deregisteredAt === undefined ? 'active' : 'inactive'
  const dates = [createdAt, updatedAt, previousSecret?.expiresAt].map(toDate)
  return [name, appId, status, scopes.join(','), ...dates]
}

const taskColumns = ['TASK', 'REVOKED', 'LIFTED']

function toTaskRow({ target, revokedAt, liftedAt }: KeptRevocation): string[] {
  return [target, toDate(revokedAt), toDate(liftedAt)]
}

const keyColumns = ['KID', 'STATUS', 'CREATED', 'RETIRED']

function toKeyRow({ kid, status, createdAt, retiredAt }: SigningKey): string[] {
  return [kid, status, toDate(createdAt), toDate(retiredAt)]
}

function toDate(at: number | undefined): string {
  return at === undefined ? '-' : toWholeSeconds(at)
}
