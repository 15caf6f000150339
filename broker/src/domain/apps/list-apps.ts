import type { AppList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { badCursor, pageBehind, pageLimit, toPage, type ListQuery } from '../page.ts'
import { toAppInfo, type App } from './app.ts'

export interface AppQuery extends ListQuery {
  readonly total?: boolean | undefined
}

/** Apps of every status, newest first (contract 4.11): the whole list, unless a page is asked for. */
export async function listApps(
  { store }: Context,
  { limit: asked, cursor, total: isCounted = true }: AppQuery,
): Promise<AppList> {
  const total = isCounted ? { total: await store.apps.count() } : {}
  if (asked === undefined && cursor === undefined) {
    return { apps: (await store.apps.list()).map(toAppInfo), ...total }
  }
  const limit = pageLimit(asked)
  const page = pageBehind(limit, cursor === undefined ? undefined : parseCursor(cursor))
  const { shown, next } = toPage(await store.apps.list(page), limit, toCursor)
  return { apps: shown.map(toAppInfo), ...total, ...next }
}

function toCursor({ createdAt, appId }: App): string {
  return `${createdAt}.${appId}`
}

function parseCursor(cursor: string): { readonly createdAt: number; readonly appId: string } {
  const [, createdAt, appId] = /^(\d{1,15})\.(app-[a-z0-9-]{1,80})$/.exec(cursor) ?? []
  if (createdAt === undefined || appId === undefined) throw badCursor()
  return { createdAt: Number(createdAt), appId }
}
