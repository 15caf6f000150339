import type { AppList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import { toAppInfo, type App } from './app.ts'

export interface AppQuery {
  /** As asked; 0 is the default of 100, more than 1000 is 1000. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
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
  const limit = asked === undefined || asked === 0 ? 100 : Math.min(asked, 1000)
  const after = cursor === undefined ? {} : { after: parseCursor(cursor) }
  // One more than asked for tells whether another page follows.
  const found = await store.apps.list({ limit: limit + 1, ...after })
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return {
    apps: shown.map(toAppInfo),
    ...total,
    ...(found.length > limit && last !== undefined ? { next_cursor: toCursor(last) } : {}),
  }
}

function toCursor({ createdAt, appId }: App): string {
  return `${createdAt}.${appId}`
}

function parseCursor(cursor: string): { readonly createdAt: number; readonly appId: string } {
  const [, createdAt, appId] = /^(\d{1,15})\.(app-[a-z0-9-]{1,80})$/.exec(cursor) ?? []
  if (createdAt === undefined || appId === undefined) {
    throw new Fault('invalid_request', 'cursor is the next_cursor of a page before')
  }
  return { createdAt: Number(createdAt), appId }
}
