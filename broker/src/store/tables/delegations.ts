import type { DelegationRecord } from '@agentwrit/protocol'
import type { NewSession } from '../../domain/tokens/session.ts'
import type { Row, TableDescription } from '../table.ts'

/** One row for each delegated session: who handed what to whom. `keep_until` is the last `exp` of its tokens. */
export const delegations = {
  name: 'delegations',
  columns: {
    sid: 'text',
    parent_sid: 'text',
    root: 'text',
    agent: 'text',
    app_id: 'text',
    delegatee: 'text',
    delegatee_app_id: 'text',
    task_id: 'text',
    jti: 'text',
    scope: 'text',
    granted_scope: 'text',
    kid: 'text',
    delegated_at: 'milliseconds',
    keep_until: 'seconds',
  },
  key: ['sid'],
  mac: false,
  expiry: 'keep_until',
  afterlife: 7 * 24 * 60 * 60 * 1000,
} as const satisfies TableDescription

/** `root`: the first delegator of the chain. */
export function toDelegationRow(record: DelegationRecord, session: NewSession, root: string): Row {
  return {
    sid: session.sid,
    parent_sid: record.parent_sid,
    root,
    agent: record.agent,
    app_id: record.app_id ?? null,
    delegatee: record.delegatee,
    delegatee_app_id: session.appId ?? null,
    task_id: session.taskId ?? '',
    jti: record.jti,
    scope: JSON.stringify(record.scope),
    granted_scope: JSON.stringify(record.granted_scope),
    kid: record.kid,
    delegated_at: Date.parse(record.delegated_at),
    keep_until: session.currentExp,
  }
}
