import type { App } from '../../domain/apps/app.ts'
import { readRows, type RowSource } from './finds.ts'
import { selectFrom } from '../sql.ts'
import type { Row } from '../table.ts'
import { apps, toApp, toAppRow } from '../tables/apps.ts'

export async function findApp(source: RowSource, appId: string): Promise<App | undefined> {
  const text = `${selectFrom(apps)} where app_id = ?`
  const [row] = await readRows(source, apps, text, [appId])
  return row && toApp(row)
}

/** For an id that nobody has, a row is looked at that nobody made: a stranger learns nothing from how long it takes. */
export async function findAppByClientId(
  { sql, mac }: RowSource,
  clientId: string,
): Promise<App | undefined> {
  const text = `${selectFrom(apps)} where client_id = ?`
  const [stored = nobodys] = await sql.all(text, [clientId])
  const row = mac.open(apps, stored)
  return row && toApp(row)
}

/** Its MAC is wrong: no key makes it 32 zero bytes. */
const nobodys: Row = {
  ...toAppRow({
    appId: 'app-nobodys-000000',
    name: 'nobodys',
    clientId: 'no-000000000000',
    role: 'app',
    scopes: ['nothing:of:nobody'],
    tokenTtl: 0,
    delegatesTo: [],
    version: 0,
    secretHash: '0'.repeat(64),
    createdAt: 0,
    updatedAt: 0,
  }),
  mac: Buffer.alloc(32).toString('base64url'),
}
