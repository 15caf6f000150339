// What somebody who can write to the database file, but knows no key, may do to the audit trail.
import assert from 'node:assert/strict'
import type { DatabaseSync } from 'node:sqlite'
import { auditHashInput, type AuditEvent } from '@agentwrit/protocol'
import { sha256 } from '../audit-trail.ts'
import type { Chance } from './seeded-chance.ts'

/** Changes the file; the number of the first event that is not what it was. */
export type Tampering = (database: DatabaseSync, chance: Chance) => number

type Column = string | number | bigint | null

export const tamperings: Readonly<Record<string, Tampering>> = {
  'a character of an event': flip('event'),
  'a character of a MAC': flip('mac'),
  'a column that is searched by': (database, chance) => {
    const seq = anyOf(database, chance)
    const column = pick(chance, ['event_type', 'agent_id', 'task_id', 'app_id', 'jti', 'outcome'])
    const text = `update audit_events set ${column} = coalesce(${column}, '') || '.' where seq = ?`
    database.prepare(text).run(seq)
    return seq
  },
  'the time of an event': (database, chance) => {
    const seq = anyOf(database, chance)
    database.prepare('update audit_events set happened_at = happened_at - 1 where seq = ?').run(seq)
    return seq
  },
  'an event in bytes instead of text': setTo('event', 'cast(event as blob)'),
  'a MAC in bytes instead of text': setTo('mac', 'cast(mac as blob)'),
  'a searched column in bytes': setTo('relates_to', "x'00'"),
  'a time that is no whole number': setTo('happened_at', 'happened_at + 0.5'),
  'a time beyond all numbers': setTo('happened_at', '9223372036854775807'),
  'a column that is empty instead of unset': setTo(
    'relates_to',
    "iif(relates_to is null, '', null)",
  ),
  'the same JSON in another spelling': setTo(
    'event',
    String.raw`replace(event, '"seq"', '"\u0073eq"')`,
  ),
  'an event far behind the last one': (database) => {
    const last = lastOf(database)
    insert(database, { ...rowAt(database, last), seq: 9_223_372_036_854_775_807n })
    return last + 1
  },
  'an event whose number is text': (database) => {
    const last = lastOf(database)
    insert(database, { ...rowAt(database, last), seq: 'none' })
    return last + 1
  },
  'the MACs of two events in each other’s place': (database, chance) => {
    const one = anyOf(database, chance)
    const other = pick(
      chance,
      numbers(database).filter((seq) => seq !== one),
    )
    const macs = [rowAt(database, one)['mac'], rowAt(database, other)['mac']] as const
    const set = database.prepare('update audit_events set mac = ? where seq = ?')
    set.run(macs[1] ?? null, one)
    set.run(macs[0] ?? null, other)
    return Math.min(one, other)
  },
  'an event that is gone': (database, chance) => {
    const seq = anyOf(database, chance)
    database.prepare('delete from audit_events where seq = ?').run(seq)
    return seq
  },
  'an event that was put between': (database, chance) => {
    const [where, from] = [anyOf(database, chance), anyOf(database, chance)]
    const copy = rowAt(database, from)
    for (let seq = lastOf(database); seq >= where; seq -= 1) {
      database.prepare('update audit_events set seq = seq + 1 where seq = ?').run(seq)
    }
    insert(database, { ...copy, seq: where })
    // A copy of the very event that stood there is the same event: then the one behind it is too many.
    return from === where ? where + 1 : where
  },
  'an event behind the last one': (database) => {
    const last = lastOf(database)
    insert(database, { ...rowAt(database, last), seq: last + 1 })
    return last + 1
  },
  'two events in each other’s place': (database, chance) => {
    const one = anyOf(database, chance)
    const other = pick(
      chance,
      numbers(database).filter((seq) => seq !== one),
    )
    const rows = [rowAt(database, one), rowAt(database, other)] as const
    database.prepare('delete from audit_events where seq in (?, ?)').run(one, other)
    insert(database, { ...rows[0], seq: other })
    insert(database, { ...rows[1], seq: one })
    return Math.min(one, other)
  },
  'the end that is cut off': (database, chance) => {
    const seq = anyOf(database, chance)
    database.prepare('delete from audit_events where seq >= ?').run(seq)
    return seq
  },
  'a chain that was calculated anew from an event on': (database, chance) => {
    const first = anyOf(database, chance)
    let previous = eventAt(database, first).prev_hash
    for (const seq of numbers(database).filter((number) => number >= first)) {
      const { hash: _, ...event } = { ...eventAt(database, seq), prev_hash: previous }
      if (seq === first) event.detail = 'nothing happened'
      previous = sha256(auditHashInput(event))
      const text = JSON.stringify({ ...event, hash: previous })
      database.prepare('update audit_events set event = ? where seq = ?').run(text, seq)
    }
    return first
  },
}

function setTo(column: string, expression: string): Tampering {
  return (database, chance) => {
    const seq = anyOf(database, chance)
    database.prepare(`update audit_events set ${column} = ${expression} where seq = ?`).run(seq)
    return seq
  }
}

function flip(column: 'event' | 'mac'): Tampering {
  return (database, chance) => {
    const seq = anyOf(database, chance)
    const before = String(rowAt(database, seq)[column])
    const place = Math.floor(chance() * before.length)
    const other = pick(
      chance,
      ['a', 'Z', '0', '7', '_', '"', '{'].filter((character) => character !== before[place]),
    )
    const after = before.slice(0, place) + other + before.slice(place + 1)
    database.prepare(`update audit_events set ${column} = ? where seq = ?`).run(after, seq)
    return seq
  }
}

export function numbers(database: DatabaseSync): number[] {
  const rows = database.prepare('select seq from audit_events order by seq').all()
  return rows.map(({ seq }) => Number(seq))
}

const anyOf = (database: DatabaseSync, chance: Chance) => pick(chance, numbers(database))
const lastOf = (database: DatabaseSync) => numbers(database).at(-1) ?? 0

function rowAt(database: DatabaseSync, seq: number): Record<string, Column> {
  const row = database.prepare('select * from audit_events where seq = ?').get(seq)
  assert.ok(row !== undefined)
  return row as Record<string, Column>
}

const eventAt = (database: DatabaseSync, seq: number): AuditEvent =>
  JSON.parse(String(rowAt(database, seq)['event']))

function insert(database: DatabaseSync, row: Record<string, Column>): void {
  const columns = Object.keys(row)
  const places = columns.map(() => '?').join(', ')
  database
    .prepare(`insert into audit_events (${columns.join(', ')}) values (${places})`)
    .run(...Object.values(row))
}

export function pick<Item>(chance: Chance, items: readonly Item[]): Item {
  const item = items[Math.floor(chance() * items.length)]
  assert.ok(item !== undefined)
  return item
}
