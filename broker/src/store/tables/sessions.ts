import type { NewSession, Session, SessionKind } from '../../domain/tokens/session.ts'
import { ifText, readInteger, readList, readOneOf, readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/**
 * `keep_until`: the last `exp` of the session's tokens and of those launched from it, so that an old `jti` still finds
 * its session. It only rises.
 */
export const sessions = {
  name: 'sessions',
  columns: {
    sid: 'text',
    kind: 'text',
    sub: 'text',
    app_id: 'text',
    lsid: 'text',
    task_id: 'text',
    orch_id: 'text',
    scope: 'text',
    current_jti: 'text',
    current_exp: 'seconds',
    lifetime: 'integer',
    started_at: 'milliseconds',
    ends_at: 'milliseconds',
    keep_until: 'seconds',
    kid: 'text',
    current_hash: 'text',
    parent_sid: 'text',
    chain_hash: 'text',
    depth: 'integer',
  },
  key: ['sid'],
  mac: false,
  expiry: 'keep_until',
  takesAlong: { table: 'tokens', by: 'sid' },
} as const satisfies TableDescription

const kinds: readonly SessionKind[] = ['admin', 'operator', 'app', 'agent', 'delegated']

export function toSessionRow(session: NewSession, kid: string): Row {
  return {
    sid: session.sid,
    kind: session.kind,
    sub: session.sub,
    app_id: session.appId ?? null,
    lsid: session.lsid ?? null,
    task_id: session.taskId ?? null,
    orch_id: session.orchId ?? null,
    scope: JSON.stringify(session.scope),
    current_jti: session.currentJti,
    current_exp: session.currentExp,
    lifetime: session.lifetime,
    started_at: session.startedAt,
    ends_at: session.endsAt,
    keep_until: session.currentExp,
    kid,
    current_hash: session.currentHash,
    parent_sid: session.delegated?.parentSid ?? null,
    chain_hash: session.delegated?.chainHash ?? null,
    depth: session.delegated?.depth ?? 0,
  }
}

export function toSession(row: Row): Session {
  return {
    sid: readText(row, 'sid'),
    kind: readOneOf(row, 'kind', kinds),
    sub: readText(row, 'sub'),
    ...ifText(row, 'app_id', (appId) => ({ appId })),
    ...ifText(row, 'lsid', (lsid) => ({ lsid })),
    ...ifText(row, 'task_id', (taskId) => ({ taskId })),
    ...ifText(row, 'orch_id', (orchId) => ({ orchId })),
    scope: readList(row, 'scope'),
    currentJti: readText(row, 'current_jti'),
    currentExp: readInteger(row, 'current_exp'),
    lifetime: readInteger(row, 'lifetime'),
    startedAt: readInteger(row, 'started_at'),
    endsAt: readInteger(row, 'ends_at'),
    kid: readText(row, 'kid'),
    // Unset in a row older than the column: the hash of no token.
    currentHash: row['current_hash'] === null ? '' : readText(row, 'current_hash'),
    ...ifText(row, 'parent_sid', (parentSid) => ({
      delegated: {
        parentSid,
        chainHash: readText(row, 'chain_hash'),
        depth: readInteger(row, 'depth'),
      },
    })),
  }
}
