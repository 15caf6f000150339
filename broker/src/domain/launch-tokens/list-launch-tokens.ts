import type { LaunchTokenList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import type { Caller } from '../identity/caller.ts'
import { badCursor, pageBehind, pageLimit, toPage, type ListQuery } from '../page.ts'
import { toLaunchTokenInfo, type LaunchToken } from './launch-token.ts'
import { ownerOf } from './launch-token-owner.ts'

/** Usable launch tokens, newest first, without their secret (contract 4.27, 1.8). */
export async function listLaunchTokens(
  context: Context,
  caller: Caller,
  { limit: asked, cursor }: ListQuery,
): Promise<LaunchTokenList> {
  const limit = pageLimit(asked)
  const page = pageBehind(limit, cursor === undefined ? undefined : parseCursor(cursor))
  const found = await context.store.launchTokens.listUsable(ownerOf(caller), page, context.clock())
  const { shown, next } = toPage(found, limit, toCursor)
  return { launch_tokens: shown.map(toLaunchTokenInfo), ...next }
}

/** Creation time and hash of the last one shown: creation order never changes, so no page repeats or skips. */
function toCursor({ createdAt, hash }: LaunchToken): string {
  return `${createdAt}.${hash}`
}

function parseCursor(cursor: string): { readonly createdAt: number; readonly hash: string } {
  const found = /^(\d{1,15})\.([0-9a-f]{64})$/.exec(cursor)
  const [, createdAt, hash] = found ?? []
  if (createdAt === undefined || hash === undefined) throw badCursor()
  return { createdAt: Number(createdAt), hash }
}
