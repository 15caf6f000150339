import { formatDetail } from '@agentwrit/protocol'
import type { NewAuditEvent } from '../../../broker/src/domain/audit/audit-event.ts'
import type { Context } from '../../../broker/src/domain/context.ts'

const portion = 1000

/** Events that rest on no change, of the size that refusals have. */
export async function makeEvents({ store }: Context, count: number): Promise<void> {
  for (let made = 0; made < count; made += portion) {
    const events = Array.from({ length: Math.min(portion, count - made) }, (_, place) =>
      refusal(made + place),
    )
    await store.audit.append(events)
  }
}

function refusal(number: number): NewAuditEvent {
  return {
    event_type: 'registration_failed',
    actor: 'anonymous',
    task_id: `task-${number % 1000}`,
    orch_id: 'bench',
    outcome: 'denied',
    resource: '/v1/register',
    detail: formatDetail('registration refused', { reason: 'launch_token_expired' }),
    request_id: number.toString(16).padStart(16, '0'),
    source_ip: '127.0.0.1',
  }
}
