// Reads that may touch more than a thousand rows: they run off the main thread, which asks for them by name.
import type { AuditEvent } from '@agentwrit/protocol'
import type { App, AppPage } from '../../domain/apps/app.ts'
import type {
  AuditExtent,
  AuditPortion,
  CheckedPortion,
  ExpiredEvents,
} from '../../domain/audit/audit-integrity.ts'
import type { FoundEvents } from '../../domain/audit/audit-query.ts'
import type { ChildCount, DelegationGraph } from '../../domain/delegation/delegation.ts'
import type { ObservedAgent } from '../../domain/identity/agent.ts'
import type {
  LaunchToken,
  LaunchTokenOwner,
  LaunchTokenPage,
} from '../../domain/launch-tokens/launch-token.ts'
import type { Foreseen, KeptRevocation } from '../../domain/revocation/revocation.ts'
import type {
  Change,
  SnapshotBounds,
  SnapshotPage,
  SnapshotSize,
  Supersession,
} from '../../domain/streams/change.ts'
import type { OwedEvents, Tally } from '../../domain/statistics/count.ts'
import { checkAuditPortion } from './check-audit-portion.ts'
import { countChildren } from './count-children.ts'
import { followEvents, readHead, type RowSource } from './finds.ts'
import { readInteger, readText } from '../read-column.ts'
import { countLiveAgents } from './live-sessions.ts'
import { measureReach, type ReachQuestion } from './measure-reach.ts'
import { listAgents, type AgentQuestion } from './observe-agents.ts'
import { observeDelegations, type DelegationQuestion } from './observe-delegations.ts'
import { readPage } from './read-page.ts'
import { readAuditExtent } from './scan-audit-extent.ts'
import { findExpiredEvents } from './scan-expired-events.ts'
import { countApps, listApps } from './scan-apps.ts'
import {
  countSnapshot,
  listChanges,
  listSnapshotEntries,
  listSuperseded,
  type ChangesQuestion,
} from './scan-changes.ts'
import { listAuditEvents, type AuditQuestion } from './scan-audit-events.ts'
import { tallyEvents } from './tally-events.ts'
import { listInForce, listRevocations, type RevocationQuestion } from './scan-revocations.ts'
import { findLastSessionEnd, isSigningKeyInUse } from './scan-signing-keys.ts'
import { selectFrom } from '../sql.ts'
import type { Row, Value } from '../table.ts'
import { launchTokens, toLaunchToken } from '../tables/launch-tokens.ts'

/** What each scan is asked and answers: plain data, because it crosses a thread. */
export interface ScanTypes {
  activeAgents: { asked: { at: number }; answer: number }
  agents: { asked: AgentQuestion; answer: ObservedAgent[] }
  apps: { asked: { page: AppPage | undefined }; answer: App[] }
  changes: { asked: ChangesQuestion; answer: Change[] }
  countApps: { asked: undefined; answer: number }
  delegations: { asked: DelegationQuestion; answer: DelegationGraph }
  auditExtent: { asked: undefined; answer: AuditExtent }
  auditPortion: { asked: AuditPortion; answer: CheckedPortion }
  auditEvents: { asked: { fromSeq: number; limit: number }; answer: AuditEvent[] }
  auditTally: { asked: OwedEvents; answer: Tally }
  auditTrail: { asked: AuditQuestion; answer: FoundEvents }
  expiredEvents: {
    asked: { until: number }
    answer: ExpiredEvents | { broken: number } | undefined
  }
  children: { asked: { sid: string; at: number }; answer: ChildCount }
  /** What a kept entry has killed; `reach`: what one would kill. */
  effect: { asked: ReachQuestion; answer: Foreseen }
  reach: { asked: ReachQuestion; answer: Foreseen }
  revocations: { asked: RevocationQuestion; answer: KeptRevocation[] }
  revocationsInForce: { asked: { at: number }; answer: KeptRevocation[] }
  lastSessionEnd: { asked: { at: number }; answer: number }
  signingKeyInUse: { asked: { kid: string; at: number }; answer: boolean }
  snapshotSize: { asked: SnapshotBounds; answer: SnapshotSize }
  snapshotEntries: { asked: SnapshotPage<{ seq: number; id: string }>; answer: KeptRevocation[] }
  snapshotSuperseded: { asked: SnapshotPage<number>; answer: (Change & Supersession)[] }
  usableLaunchTokens: { asked: UsableLaunchTokens; answer: LaunchToken[] }
}

export interface UsableLaunchTokens {
  readonly owner: LaunchTokenOwner
  readonly page: LaunchTokenPage
  readonly at: number
}

export type ScanName = keyof ScanTypes

export interface Scanner {
  scan<Name extends ScanName>(
    name: Name,
    asked: ScanTypes[Name]['asked'],
  ): Promise<ScanTypes[Name]['answer']>
}

export const scans: {
  readonly [Name in ScanName]: (
    source: RowSource,
    asked: ScanTypes[Name]['asked'],
  ) => Promise<ScanTypes[Name]['answer']>
} = {
  activeAgents: countActiveAgents,
  agents: listAgents,
  apps: (source, { page }) => listApps(source, page),
  changes: listChanges,
  countApps,
  delegations: observeDelegations,
  auditEvents: (source, { fromSeq, limit }) => followEvents(source, fromSeq - 1, limit),
  auditExtent: readAuditExtent,
  auditPortion: checkAuditPortion,
  auditTally: tallyEvents,
  auditTrail: listAuditEvents,
  expiredEvents: findExpiredEvents,
  children: countChildren,
  effect: measureReach,
  reach: measureReach,
  revocations: listRevocations,
  revocationsInForce: listInForce,
  lastSessionEnd: findLastSessionEnd,
  signingKeyInUse: isSigningKeyInUse,
  snapshotSize: countSnapshot,
  snapshotEntries: listSnapshotEntries,
  snapshotSuperseded: listSuperseded,
  usableLaunchTokens: listUsableLaunchTokens,
}

/** Agents whose registration session has a live token. */
async function countActiveAgents(source: RowSource, { at }: { at: number }): Promise<number> {
  const { notBefore } = await readHead(source)
  const { text, values } = countLiveAgents({ at, notBefore })
  const [row] = await source.sql.all(text, values)
  return row === undefined ? 0 : readInteger(row, 'active')
}

/** Newest first. */
async function listUsableLaunchTokens(
  source: RowSource,
  { owner, page, at }: UsableLaunchTokens,
): Promise<LaunchToken[]> {
  const { notBefore } = await readHead(source)
  const { limit } = page
  const select = (row: Row | undefined) => {
    const after = row === undefined ? page.after : toPlace(row)
    return selectUsable({ owner, at, notBefore, after, limit })
  }
  return (await readPage(source, { table: launchTokens, limit, select })).map(toLaunchToken)
}

function toPlace(row: Row): NonNullable<LaunchTokenPage['after']> {
  return { createdAt: readInteger(row, 'created_at'), hash: readText(row, 'hash') }
}

interface Selection {
  readonly owner: LaunchTokenOwner
  readonly at: number
  readonly notBefore: number
  readonly after: LaunchTokenPage['after'] | undefined
  readonly limit: number
}

function selectUsable({ owner, at, notBefore, after, limit }: Selection) {
  const conditions = ['used_at is null and expires_at > ? and created_at >= ?']
  const values: Value[] = [at, notBefore * 1000]
  if (owner.appId !== undefined) {
    conditions.push('app_id = ?')
    values.push(owner.appId)
  }
  if (after !== undefined) {
    conditions.push('(created_at, hash) < (?, ?)')
    values.push(after.createdAt, after.hash)
  }
  conditions.push(`not exists (select 1 from revocations
    where (level = 'token' and released = 0 and sid = creator_sid) or (level = 'app' and target = app_id))`)
  const text = `${selectFrom(launchTokens)} where ${conditions.join(' and ')}
    order by created_at desc, hash desc limit ?`
  return { text, values: [...values, limit] }
}
