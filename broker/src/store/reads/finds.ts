// Reads of single rows, by primary key: quick enough for the main thread.
import type { AuditEvent } from '@agentwrit/protocol'
import type { Agent } from '../../domain/identity/agent.ts'
import type { LaunchToken, LaunchTokenOwner } from '../../domain/launch-tokens/launch-token.ts'
import type { Renewal } from '../../domain/tokens/renewal.ts'
import type { IssuedToken, Session } from '../../domain/tokens/session.ts'
import type { SigningKey } from '../../domain/signing-keys/signing-key.ts'
import type { RowMac } from '../row-mac.ts'
import { equals, selectFrom, type Sql } from '../sql.ts'
import type { Row, TableDescription, Value } from '../table.ts'
import { agents, toAgent } from '../tables/agents.ts'
import { auditEvents, toAuditEvent } from '../tables/audit-events.ts'
import { head, headKey, toHead, type Head } from '../tables/head.ts'
import { launchTokens, toLaunchToken } from '../tables/launch-tokens.ts'
import { renewals, toRenewal } from '../tables/renewals.ts'
import { sessions, toSession } from '../tables/sessions.ts'
import { signingKeys, toSigningKey } from '../tables/signing-keys.ts'
import { tokens } from '../tables/tokens.ts'
import { readText } from '../read-column.ts'
import { highestSeq, readAsStored } from './read-as-stored.ts'

/** Where rows are read from; those with a bad MAC are left out. */
export interface RowSource {
  readonly sql: Sql
  readonly mac: RowMac
}

/** Throws when there is no head row or its MAC is bad: nothing can be relied on then. */
export async function readHead(source: RowSource): Promise<Head> {
  const row = await findRow(source, head, headKey)
  if (row === undefined) throw new Error('the head row is missing or its MAC is wrong')
  return toHead(row)
}

export async function findSession(source: RowSource, sid: string): Promise<Session | undefined> {
  const row = await findRow(source, sessions, { sid })
  return row && toSession(row)
}

export async function findSessionOfToken(
  source: RowSource,
  jti: string,
): Promise<Session | undefined> {
  const text = `${selectFrom(sessions)} where sid = (select sid from tokens where jti = ?)`
  const [row] = await readRows(source, sessions, text, [jti])
  return row && toSession(row)
}

/** Undefined also for one of which only the ids are known: it was issued before tokens were kept by their hash. */
export async function findIssuedToken(
  source: RowSource,
  jti: string,
): Promise<IssuedToken | undefined> {
  const row = await findRow(source, tokens, { jti })
  if (row === undefined || row['hash'] === null) return undefined
  return { sid: readText(row, 'sid'), hash: readText(row, 'hash') }
}

export async function findRenewal(source: RowSource, oldJti: string): Promise<Renewal | undefined> {
  const row = await findRow(source, renewals, { old_jti: oldJti })
  return row && toRenewal(row)
}

export async function findAgent(source: RowSource, agentId: string): Promise<Agent | undefined> {
  const row = await findRow(source, agents, { agent_id: agentId })
  return row && toAgent(row)
}

export async function findLaunchToken(
  source: RowSource,
  hash: string,
): Promise<LaunchToken | undefined> {
  const row = await findRow(source, launchTokens, { hash })
  return row && toLaunchToken(row)
}

/** The id is the beginning of the hash, so the primary key finds it. */
export async function findLaunchTokenById(
  source: RowSource,
  id: string,
  { appId }: LaunchTokenOwner,
): Promise<LaunchToken | undefined> {
  if (!/^[0-9a-f]{16}$/.test(id)) return undefined
  // Several rows only if somebody planted one, whose MAC fails then.
  const text = `${selectFrom(launchTokens)} where hash >= ? and hash <= ? order by hash limit 100`
  const [row] = await readRows(source, launchTokens, text, [id, id.padEnd(64, 'f')])
  const token = row && toLaunchToken(row)
  return appId === undefined || token?.appId === appId ? token : undefined
}

export async function allSigningKeys(source: RowSource): Promise<SigningKey[]> {
  const text = `${selectFrom(signingKeys)} order by created_at, kid`
  return (await readRows(source, signingKeys, text, [])).map(toSigningKey)
}

/** Quick as long as few events have come since. */
export async function followEvents(
  source: RowSource,
  seq: number,
  limit: number,
): Promise<AuditEvent[]> {
  const values = [seq + 1, highestSeq, limit]
  const tail = 'where seq between ? and ? order by seq limit ?'
  const stored = await readAsStored(source, auditEvents, { tail, values })
  return proven(source, auditEvents, stored).map(toAuditEvent)
}

/** The rows a query finds, without those whose MAC is wrong. */
export async function readRows(
  source: RowSource,
  table: TableDescription,
  text: string,
  values: readonly Value[],
): Promise<Row[]> {
  return proven(source, table, await source.sql.all(text, values))
}

function proven({ mac }: RowSource, table: TableDescription, stored: readonly Row[]): Row[] {
  return stored.map((row) => mac.open(table, row)).filter((row) => row !== undefined)
}

async function findRow(
  source: RowSource,
  table: TableDescription,
  key: Row,
): Promise<Row | undefined> {
  const text = `${selectFrom(table)} where ${equals(Object.keys(key))}`
  const [row] = await readRows(source, table, text, Object.values(key))
  return row
}
