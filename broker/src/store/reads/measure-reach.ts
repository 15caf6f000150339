// What an entry kills: the live tokens among the sessions that it names and all that was delegated from these. Such a
// tree has any size, so it is walked generation by generation, in portions, and left when it takes too long.
import {
  isPrincipal,
  type Foreseen,
  type KeptRevocation,
  type Revocation,
} from '../../domain/revocation/revocation.ts'
import { readInteger, readText } from '../read-column.ts'
import type { Row, Value } from '../table.ts'
import { readHead, type RowSource } from './finds.ts'
import { selectLive, type AsOf, type Query } from './live-sessions.ts'

/** Either an entry about to be made, as of now, or one that is kept, as of its own place in the order of entries. */
export interface ReachQuestion {
  readonly entry: Revocation | KeptRevocation
  /** Milliseconds. */
  readonly at: number
  /** Milliseconds since the epoch: what was found by then is the answer. Waiting for the turn counts, too. */
  readonly endsAt: number
  /** Only agents of this app are named. */
  readonly appId?: string
}

/** Sessions looked at by one query. */
const PORTION = 500
/** Sessions that an entry names itself; more are not counted. */
const MOST_NAMED = 100_000
const MOST_AGENTS = 100

export async function measureReach(
  source: RowSource,
  { entry, at, endsAt, appId }: ReachQuestion,
): Promise<Foreseen> {
  const { notBefore } = await readHead(source)
  const asOf = { at, notBefore, ...('seq' in entry ? { beforeSeq: entry.seq } : {}) }
  const named = await findNamed(source, entry, at)
  const seen = new Set(named)
  const live: Row[] = []
  let generation: readonly string[] = [...seen]
  while (generation.length > 0) {
    const next: string[][] = []
    for (const portion of portionsOf(generation)) {
      if (Date.now() >= endsAt) return toForeseen(live, appId, false)
      live.push(...(await findLive(source, portion, asOf)))
      next.push(await findChildren(source, portion, at))
    }
    generation = next.flat().filter((sid) => !seen.has(sid))
    for (const sid of generation) seen.add(sid)
  }
  return toForeseen(live, appId, named.length < MOST_NAMED)
}

function toForeseen(
  live: readonly Row[],
  appId: string | undefined,
  isComplete: boolean,
): Foreseen {
  const byDepth: number[] = []
  for (const row of live) {
    const depth = readInteger(row, 'depth')
    while (byDepth.length <= depth) byDepth.push(0)
    byDepth[depth] = (byDepth[depth] ?? 0) + 1
  }
  // Whom an agent has delegated to in another app is nothing that its own app learns.
  const named = live.filter((row) => appId === undefined || row['app_id'] === appId)
  const inOrder = named.toSorted((one, other) =>
    readText(one, 'sid') < readText(other, 'sid') ? -1 : 1,
  )
  const subjects = inOrder.map((row) => readText(row, 'sub'))
  const agents = new Set(subjects.filter((sub) => sub.startsWith('spiffe://')))
  return { killed: live.length, isComplete, byDepth, agents: [...agents].slice(0, MOST_AGENTS) }
}

function* portionsOf(sids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < sids.length; start += PORTION) {
    yield sids.slice(start, start + PORTION)
  }
}

async function findNamed(
  source: RowSource,
  entry: ReachQuestion['entry'],
  at: number,
): Promise<string[]> {
  const found: string[][] = []
  for (const { text, values } of namedBy(entry)) {
    const bounds = [Math.floor(at / 1000), MOST_NAMED]
    const unexpired = `${text} and current_exp > ? limit ?`
    found.push(await findSids(source, unexpired, [...values, ...bounds]))
  }
  return found.flat()
}

/** Law 1: what was delegated from an expired session is expired. */
function findChildren(source: RowSource, sids: readonly string[], at: number): Promise<string[]> {
  const text = `select sid from sessions where parent_sid in (${places(sids)}) and current_exp > ?`
  return findSids(source, text, [...sids, Math.floor(at / 1000)])
}

function findLive(source: RowSource, sids: readonly string[], asOf: AsOf): Promise<Row[]> {
  const portion = { text: `select sid from sessions where sid in (${places(sids)})`, values: sids }
  const { text, values } = selectLive(portion, asOf, { descend: false })
  return source.sql.all(text, values)
}

async function findSids(
  { sql }: RowSource,
  text: string,
  values: readonly Value[],
): Promise<string[]> {
  return (await sql.all(text, values)).map((row) => readText(row, 'sid'))
}

function places(sids: readonly string[]): string {
  return sids.map(() => '?').join(', ')
}

/** The sessions that the entry names itself or by what launched them, each query by one index. */
function namedBy(entry: ReachQuestion['entry']): Query[] {
  const { level, target, sid, released } = entry
  switch (level) {
    case 'token':
      if (sid === undefined) return []
      return released ? [where('sid = ?', sid)] : [where('sid = ?', sid), where('lsid = ?', sid)]
    case 'agent':
      return isPrincipal(target) ? ofPrincipal(entry) : [where('sub = ?', target)]
    case 'task':
      return [where('task_id = ?', target)]
    case 'chain':
      return [where('sub = ? and parent_sid is null', target)]
    case 'app':
      return [where('app_id = ?', target)]
    default:
      return level
  }
}

/** Once the entry is kept, its parts tell which sessions it found: the principal may have begun others since. */
function ofPrincipal(entry: ReachQuestion['entry']): Query[] {
  const [sessions, value] =
    'seq' in entry
      ? ['select sid from revocations where part_of = ?', entry.id]
      : ['select sid from sessions where sub = ?', entry.target]
  return [where(`sid in (${sessions})`, value), where(`lsid in (${sessions})`, value)]
}

function where(condition: string, value: string): Query {
  return { text: `select sid from sessions where ${condition}`, values: [value] }
}
