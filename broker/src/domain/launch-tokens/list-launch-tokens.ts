import type { LaunchTokenList } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { toLaunchTokenInfo, type LaunchToken } from './launch-token.ts'
import { ownerOf } from './launch-token-owner.ts'

export interface ListQuery {
  /** As asked; 0 is the default of 100, more than 1000 is 1000. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** Usable launch tokens, newest first, without their secret (contract 4.27, 1.8). */
export async function listLaunchTokens(
  context: Context,
  caller: Caller,
  { limit: asked = 0, cursor }: ListQuery,
): Promise<LaunchTokenList> {
  const limit = asked === 0 ? 100 : Math.min(asked, 1000)
  const after = cursor === undefined ? undefined : parseCursor(cursor)
  // One more than asked for tells whether another page follows.
  const page = { limit: limit + 1, ...(after === undefined ? {} : { after }) }
  const found = await context.store.launchTokens.listUsable(ownerOf(caller), page, context.clock())
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  return {
    launch_tokens: shown.map(toLaunchTokenInfo),
    ...(found.length > limit && last !== undefined ? { next_cursor: toCursor(last) } : {}),
  }
}

/** Creation time and hash of the last one shown: creation order never changes, so no page repeats or skips. */
function toCursor({ createdAt, hash }: LaunchToken): string {
  return `${createdAt}.${hash}`
}

function parseCursor(cursor: string): { readonly createdAt: number; readonly hash: string } {
  const found = /^(\d{1,15})\.([0-9a-f]{64})$/.exec(cursor)
  const [, createdAt, hash] = found ?? []
  if (createdAt === undefined || hash === undefined) {
    throw new Fault('invalid_request', 'cursor is the next_cursor of a page before')
  }
  return { createdAt: Number(createdAt), hash }
}
