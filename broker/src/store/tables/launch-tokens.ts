import type { LaunchToken } from '../../domain/launch-tokens/launch-token.ts'
import { ifInteger, ifText, readFlag, readInteger, readList, readText } from '../read-column.ts'
import type { Row, TableDescription } from '../table.ts'

/** A row grants authority, so it carries a MAC. The id that lists show is the beginning of the hash. */
export const launchTokens = {
  name: 'launch_tokens',
  columns: {
    hash: 'text',
    agent_name: 'text',
    allowed_scope: 'text',
    max_ttl: 'integer',
    single_use: 'integer',
    orch_id: 'text',
    task_id: 'text',
    app_id: 'text',
    created_by: 'text',
    creator_sid: 'text',
    created_at: 'milliseconds',
    expires_at: 'milliseconds',
    used_at: 'milliseconds',
  },
  key: ['hash'],
  mac: true,
  expiry: 'expires_at',
} as const satisfies TableDescription

export function toLaunchTokenRow(token: LaunchToken): Row {
  return {
    hash: token.hash,
    agent_name: token.agentName,
    allowed_scope: JSON.stringify(token.allowedScope),
    max_ttl: token.maxTtl,
    single_use: token.singleUse ? 1 : 0,
    orch_id: token.orchId ?? null,
    task_id: token.taskId ?? null,
    app_id: token.appId ?? null,
    created_by: token.createdBy,
    creator_sid: token.creatorSid ?? null,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    used_at: token.usedAt ?? null,
  }
}

export function toLaunchToken(row: Row): LaunchToken {
  const hash = readText(row, 'hash')
  return {
    hash,
    id: hash.slice(0, 16),
    agentName: readText(row, 'agent_name'),
    allowedScope: readList(row, 'allowed_scope'),
    maxTtl: readInteger(row, 'max_ttl'),
    singleUse: readFlag(row, 'single_use'),
    ...ifText(row, 'orch_id', (orchId) => ({ orchId })),
    ...ifText(row, 'task_id', (taskId) => ({ taskId })),
    ...ifText(row, 'app_id', (appId) => ({ appId })),
    createdBy: readText(row, 'created_by'),
    ...ifText(row, 'creator_sid', (creatorSid) => ({ creatorSid })),
    createdAt: readInteger(row, 'created_at'),
    expiresAt: readInteger(row, 'expires_at'),
    ...ifInteger(row, 'used_at', (usedAt) => ({ usedAt })),
  }
}
