import { formatDetail } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../audit/audit-event.ts'
import { relatingTo } from '../audit/relation.ts'
import { withOrigin } from '../audit/with-origin.ts'
import type { Caller } from '../identity/caller.ts'
import type { Concerned } from './find-target.ts'
import type { Revocation } from './revocation.ts'

/** A repeat names the entry that stands, with a reason of its own. */
type Named = Pick<Revocation, 'id' | 'level' | 'target'> & { readonly reason?: string | undefined }

/** What the audit is told of a revocation. */
export function revokedEvent(
  { claims, origin }: Caller,
  { id, level, target, reason }: Named,
  concerned: Concerned,
): NewAuditEvent {
  return withOrigin(origin, {
    event_type: 'token_revoked',
    actor: claims.sub,
    outcome: 'success',
    detail: formatDetail('revoked', { level, target, reason, revocation: id }),
    ...relatingTo(level, target),
    ...concerned,
  })
}
