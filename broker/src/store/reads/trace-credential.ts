import type { AuditEvent } from '@agentwrit/protocol'
import type { Selection } from './audit-selection.ts'
import { storedColumns, type Row, type Value } from '../table.ts'
import { readText } from '../read-column.ts'
import { auditEvents, toAuditEvent } from '../tables/audit-events.ts'
import { readRows, type RowSource } from './finds.ts'

/**
 * The events that tell a credential's life, from the audit trail alone, so that it can be told long after the session is
 * gone. A token stands for its session, all the tokens that it was renewed from and to.
 *
 * - What it did: events with a `jti` of the session, or related to one.
 * - Who gave it: up to the login, the events that issued the tokens and the launch token it descends from.
 * - What came of it: revocations of anything it stands under, and what ended the sessions it descends from.
 */
export async function traceCredential(source: RowSource, jti: string): Promise<Selection> {
  const steps = await climb(source, jti)
  // Of one length for every credential, so that there is one statement for all.
  const starts = pad<Value[]>(
    steps.map(({ part, token }) => [part, token]),
    mostSteps,
    [null, null],
  )
  const givers = pad<Value>(
    steps.flatMap((step) => step.givers),
    2 * highestClimb,
    null,
  )
  const ends = pad<Value>(endsOf(steps), 2 * mostSteps + 2, null)
  const since = steps[0]?.issued?.seq ?? 0
  return {
    text: `seq in (
      with recursive starts (part, jti) as (values ${listOf(starts, '(?, ?)')}), ${sessions('starts')}
      select seq from audit_events where jti in (${tokensOf("part = 'own'")})
      union
      select seq from audit_events where relates_to in (${tokensOf("part = 'own'")})
      union
      select seq from audit_events where relates_to in (${tokensOf("part <> 'own'")})
        and ${isOneOf(['token_revoked', 'token_reuse_detected', 'revocation_effect'])} and seq > ?
      union
      select seq from audit_events where jti in (${tokensOf("part = 'delegator'")})
        and ${isOneOf(['token_released', 'revocation_effect'])} and seq > ?
      union
      select seq from audit_events where relates_to in (${listOf(ends)}) and seq > ?
      union
      select seq from audit_events where seq in (${listOf(givers)}))`,
    values: [...starts.flat(), since, since, ...ends, since, ...givers],
  }
}

/** One session of the lineage. */
interface Step {
  readonly part: 'own' | 'delegator' | 'launcher'
  /** One of its tokens. */
  readonly token: string
  /** The event that began it, if the trail still holds it. */
  readonly issued: AuditEvent | undefined
  /** Numbers of the events that gave it. */
  readonly givers: readonly number[]
}

/** Five delegations, a registration and a login. */
const highestClimb = 8
/** With the login that launched each delegate. */
const mostSteps = 2 * highestClimb

/** From the session up to the login that it descends from, as far as the trail reaches back; then the delegates' logins. */
async function climb(source: RowSource, jti: string): Promise<Step[]> {
  const steps: Step[] = []
  let next: Pick<Step, 'part' | 'token'> | undefined = { part: 'own', token: jti }
  while (next !== undefined && steps.length < highestClimb) {
    const found = await findIssued(source, next.token)
    const launch: Issued | undefined = await findLaunch(source, found?.relation)
    const givers = [found, launch].flatMap((one) => (one === undefined ? [] : [one.event.seq]))
    steps.push({ ...next, issued: found?.event, givers })
    next = parentOf(found, launch)
  }
  return [...steps, ...(await launchersOfDelegates(source, steps))]
}

/** They have given the credential nothing, but their revocation ends it, too (contract 2.7). */
async function launchersOfDelegates(source: RowSource, steps: readonly Step[]): Promise<Step[]> {
  const launchers: Step[] = []
  for (const { issued } of steps) {
    if (issued?.event_type !== 'delegation_created') continue
    const registered = await findRegistration(source, issued.agent_id)
    const token = (await findLaunch(source, registered?.relation))?.event.jti
    if (token === undefined) continue
    const login = await findIssued(source, token)
    launchers.push({ part: 'launcher', token, issued: login?.event, givers: [] })
  }
  return launchers
}

interface Issued {
  readonly event: AuditEvent
  readonly relation: string | undefined
}

function parentOf(
  issued: Issued | undefined,
  launch: Issued | undefined,
): Pick<Step, 'part' | 'token'> | undefined {
  if (launch?.event.jti !== undefined) return { part: 'launcher', token: launch.event.jti }
  if (issued?.event.event_type !== 'delegation_created') return undefined
  return issued.relation === undefined ? undefined : { part: 'delegator', token: issued.relation }
}

const issuing = ['token_issued', 'delegation_created', 'admin_auth', 'app_authenticated'] as const

function findIssued(source: RowSource, token: string): Promise<Issued | undefined> {
  const text = `with recursive starts (part, jti) as (values ('own', ?)), ${sessions('starts')}
    ${selectEvent} where jti in (${tokensOf('true')}) and ${isOneOf(issuing)} order by seq limit 1`
  return findEvent(source, text, token)
}

async function findRegistration(
  source: RowSource,
  agentId: string | undefined,
): Promise<Issued | undefined> {
  if (agentId === undefined) return undefined
  const text = `${selectEvent} where agent_id = ? and ${isOneOf(['token_issued'])} order by seq limit 1`
  return findEvent(source, text, agentId)
}

async function findLaunch(
  source: RowSource,
  relation: string | undefined,
): Promise<Issued | undefined> {
  if (relation?.startsWith('launch:') !== true) return undefined
  const text = `${selectEvent} where relates_to = ? and ${isOneOf(['launch_token_issued'])}
    order by seq limit 1`
  return findEvent(source, text, relation)
}

async function findEvent(
  source: RowSource,
  text: string,
  value: string,
): Promise<Issued | undefined> {
  const [row] = await readRows(source, auditEvents, text, [value])
  return row === undefined ? undefined : { event: toAuditEvent(row), relation: relationOf(row) }
}

function relationOf(row: Row): string | undefined {
  return row['relates_to'] === null ? undefined : readText(row, 'relates_to')
}

/** Targets whose revocation ends the session: contract 2.7. */
function endsOf(steps: readonly Step[]): string[] {
  const own = steps[0]?.issued
  const root = own?.original_principal ?? own?.agent_id
  const holders = steps.flatMap(({ issued }) => (issued === undefined ? [] : [issued]))
  const targets = [
    ...(own?.task_id === undefined ? [] : [`task:${own.task_id}`]),
    ...(root === undefined ? [] : [`chain:${root}`]),
    ...holders.map(({ agent_id: agentId, actor }) => `agent:${agentId ?? actor}`),
    ...holders.flatMap(({ app_id: appId }) => (appId === undefined ? [] : [`app:${appId}`])),
  ]
  return [...new Set(targets)]
}

const selectEvent = `select ${storedColumns(auditEvents).join(', ')} from audit_events`

/** `session (part, jti)`: every token of the sessions that these are tokens of. */
function sessions(starts: string): string {
  return `session (part, jti) as materialized (
      select part, jti from ${starts} union
      select part, case when event.jti = session.jti then event.relates_to else event.jti end
      from session join audit_events event on event.jti = session.jti or event.relates_to = session.jti
      where (event.event_type || '') = 'token_renewed')`
}

function tokensOf(condition: string): string {
  return `select jti from session where ${condition}`
}

/** No index of event types is looked for: tokens have few events. */
function isOneOf(types: readonly AuditEvent['event_type'][]): string {
  return `(event_type || '') in (${types.map((type) => `'${type}'`).join(', ')})`
}

function listOf(values: readonly unknown[], each = '?'): string {
  return values.map(() => each).join(', ')
}

function pad<Item>(items: readonly Item[], length: number, filling: Item): Item[] {
  return [...items, ...Array<Item>(Math.max(0, length - items.length)).fill(filling)]
}
