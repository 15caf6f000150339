// Every kind of entry that could name a token by its lineage, and those that only look like it.
import assert from 'node:assert/strict'
import type { Lineage } from '@agentwrit/protocol'
import type { Revocation } from '../../src/domain/revocation/revocation.ts'
import { fill } from '../../src/store/fill.ts'
import { momentOf } from '../../src/store/moment.ts'
import { insertInto, storedValues } from '../../src/store/sql.ts'
import { newHead } from '../../src/store/tables/head.ts'
import { newEntry, revocations } from '../../src/store/tables/revocations.ts'
import { freshHex, noon, noonSeconds } from './sample-records.ts'
import type { TestStore } from './store-place.ts'

export interface SampleEntry extends Revocation {
  /** Milliseconds. */
  readonly liftedAt?: number
}

/** One for each way to kill a token of this lineage, issued at `since` (milliseconds). */
export function killingEntries(lineage: Lineage, since: number): SampleEntry[] {
  const { jti, sessions, launchingSessions, agents, taskId = '', root, apps } = lineage
  return [
    ...sessions.flatMap((sid) => [endOf(sid, false), endOf(sid, true)]),
    ...launchingSessions.map((sid) => endOf(sid, false)),
    sampleEntry('token', jti),
    ...agents.map((agent) => sampleEntry('agent', agent)),
    sampleEntry('chain', root),
    ...apps.map((app) => sampleEntry('app', app)),
    sampleEntry('task', taskId),
    { ...sampleEntry('task', taskId), liftedAt: since + 1 },
  ]
}

/** Entries about others, about other things of the same name, about what goes on, and about what is over. */
export function sparingEntries(lineage: Lineage, since: number): SampleEntry[] {
  const { sessions, launchingSessions, agents, taskId = '', root, apps } = lineage
  return [
    ...launchingSessions.map((sid) => endOf(sid, true)),
    ...sessions.map((sid) => sampleEntry('token', sid)),
    ...agents.filter((agent) => agent !== root).map((agent) => sampleEntry('chain', agent)),
    ...agents.flatMap((agent) => [sampleEntry('app', agent), sampleEntry('task', agent)]),
    ...apps.map((app) => sampleEntry('agent', `app:${app}`)),
    sampleEntry('agent', taskId),
    { ...sampleEntry('task', taskId), liftedAt: since },
    endOf('another-session', false),
  ]
}

/** Kept by hand, because not every entry can be made by a change of its own. */
export async function putEntry({ sql }: TestStore, entry: SampleEntry): Promise<void> {
  const head = { ...newHead(''), lastTime: noon, highestExp: noonSeconds + 86_400 }
  const moment = momentOf(head)
  const row = { ...fill(newEntry(entry), moment), lifted_at: entry.liftedAt ?? null }
  await sql.run(insertInto(revocations), storedValues(revocations, row))
}

/** Under each of the entries alone, what is tried is refused by the guard it must meet. */
export async function assertRefusedUnder(
  place: TestStore,
  entries: readonly SampleEntry[],
  attempts: readonly Attempt[],
): Promise<void> {
  for (const entry of entries) {
    await putEntry(place, entry)
    for (const { guard, change } of attempts) {
      assert.deepEqual(await change(), { kept: false, guard }, describeEntry(entry))
    }
    await place.sql.run('delete from revocations where id = ?', [entry.id])
  }
}

export interface Attempt {
  readonly guard: string
  readonly change: () => Promise<unknown>
}

function describeEntry({ level, target, sid, released, liftedAt }: SampleEntry): string {
  return JSON.stringify({ level, target, sid, released, liftedAt })
}

function endOf(sid: string, released: boolean): SampleEntry {
  return { ...sampleEntry('token', freshHex(32)), sid, released }
}

function sampleEntry(level: Revocation['level'], target: string): SampleEntry {
  return { id: freshHex(32), level, target, released: false, actor: 'admin' }
}
