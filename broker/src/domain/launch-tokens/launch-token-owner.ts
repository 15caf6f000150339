import type { Caller } from '../identity/caller.ts'
import type { LaunchTokenOwner } from './launch-token.ts'

/** Operators see every launch token, an app its own; a principal that is neither owns none. */
export function ownerOf(caller: Caller): LaunchTokenOwner {
  if (caller.kind === 'admin' || caller.kind === 'operator') return {}
  return { appId: caller.kind === 'app' ? (caller.claims.app_id ?? '') : '' }
}
