import type { RevocationInfo } from '@agentwrit/protocol'
import type { KeptRevocation } from './revocation.ts'

/** An entry as it is shown (contract 4.16). */
export function toRevocationInfo(entry: KeptRevocation): RevocationInfo {
  const { id, level, target, sid, reason, actor, killed, isComplete } = entry
  return {
    id,
    level,
    target,
    ...(sid === undefined ? {} : { sid }),
    ...(reason === undefined ? {} : { reason }),
    actor,
    ...(killed === undefined ? {} : { count: killed }),
    ...(isComplete === false ? { count_complete: false } : {}),
    revoked_at: toTime(entry.revokedAt),
    ...(entry.liftedAt === undefined ? {} : { lifted_at: toTime(entry.liftedAt) }),
    ...(entry.liftedBy === undefined ? {} : { lifted_by: entry.liftedBy }),
  }
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
