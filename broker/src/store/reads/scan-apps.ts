import type { App, AppPage } from '../../domain/apps/app.ts'
import { readRows, type RowSource } from './finds.ts'
import { readInteger, readText } from '../read-column.ts'
import { readPage } from './read-page.ts'
import { selectFrom } from '../sql.ts'
import type { Row } from '../table.ts'
import { apps, toApp } from '../tables/apps.ts'

const newestFirst = 'order by created_at desc, app_id desc'

/** Newest first; without a page all of them. */
export async function listApps(source: RowSource, page: AppPage | undefined): Promise<App[]> {
  if (page === undefined) {
    return (await readRows(source, apps, `${selectFrom(apps)} ${newestFirst}`, [])).map(toApp)
  }
  const { limit } = page
  const select = (row: Row | undefined) => {
    const after = row === undefined ? page.after : toPlace(row)
    const behind = after === undefined ? '' : 'where (created_at, app_id) < (?, ?)'
    const values = after === undefined ? [] : [after.createdAt, after.appId]
    const text = `${selectFrom(apps)} ${behind} ${newestFirst} limit ?`
    return { text, values: [...values, limit] }
  }
  return (await readPage(source, { table: apps, limit, select })).map(toApp)
}

export async function countApps({ sql }: RowSource): Promise<number> {
  const [row] = await sql.all('select count(*) as apps from apps')
  return row === undefined ? 0 : readInteger(row, 'apps')
}

function toPlace(row: Row): NonNullable<AppPage['after']> {
  return { createdAt: readInteger(row, 'created_at'), appId: readText(row, 'app_id') }
}
