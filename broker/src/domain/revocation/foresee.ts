import type { RevokeRequest, RevokeResponse } from '@agentwrit/protocol'
import type { Context } from '../context.ts'
import { Fault } from '../fault.ts'
import type { Caller } from '../identity/caller.ts'
import { requireStillLive } from '../tokens/require-still-live.ts'
import { countingTime } from './report-effect.ts'
import type { Revocation } from './revocation.ts'

/**
 * What the revocation would kill now (contract 4.7, `dry_run`). Nothing is written, the audit neither. It may read much,
 * so nobody has two of them under way.
 */
export async function foresee(
  context: Context,
  caller: Caller,
  { level, target }: RevokeRequest,
  entry: Revocation,
): Promise<RevokeResponse> {
  const foreseen = await alone(context, caller, async () => {
    const appId = caller.kind === 'app' ? caller.claims.app_id : undefined
    const foresight = { at: context.clock(), within: countingTime }
    const own = appId === undefined ? {} : { appId }
    return context.store.revocations.foresee(entry, { ...foresight, ...own })
  })
  requireStillLive(context, caller)
  const { killed, isComplete, byDepth, agents } = foreseen
  return {
    revoked: false,
    level,
    target,
    count: killed,
    ...(isComplete ? {} : { count_complete: false }),
    dry_run: true,
    by_depth: [...byDepth],
    agents: [...agents],
  }
}

async function alone<Result>(
  { live: { previewing } }: Context,
  { claims: { sub } }: Caller,
  work: () => Promise<Result>,
): Promise<Result> {
  if (previewing.has(sub)) {
    throw new Fault('service_unavailable', 'another dry run of yours is under way', {
      retryAfter: 1,
    })
  }
  previewing.add(sub)
  try {
    return await work()
  } finally {
    previewing.delete(sub)
  }
}
