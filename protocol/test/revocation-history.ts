// Histories of revocations as a broker could have made them: a task is revoked again only after that was lifted.
import { createHash } from 'node:crypto'
import {
  maxDelegationDepth,
  publishedTargetInput,
  type Claims,
  type DelegationRecord,
  type PublishedEntry,
  type RevocationEntry,
} from '@agentwrit/protocol'
import * as fc from 'fast-check'

export interface Entry extends RevocationEntry {
  readonly id: string
}

// Few of everything, so that entries and lineages meet.
const sid = fc.constantFrom(...['1', '2', '3', '4'].map((digit) => digit.repeat(32)))
const agent = fc.constantFrom(...[1, 2, 3].map((n) => `spiffe://a/agent/o/t/${n}`))
const appId = fc.constantFrom('app-1', 'app-2')
const taskId = fc.constantFrom('task-1', 'task-2')
/** Seconds. */
const second = fc.integer({ min: 1000, max: 1006 })
const expires = 10_000

type Made = Omit<Entry, 'id' | 'liftedAt'>
type Step = { readonly made: Made } | { readonly lifted: string; readonly at: number }

/** One of the tokens of a session. */
function tokenOf({ sid: own, place }: { readonly sid: string; readonly place: number }): string {
  return `${own.slice(1)}${place === 0 ? 'a' : 'b'}`
}

const session: fc.Arbitrary<Made> = fc
  .record({ sid, place: fc.nat({ max: 1 }), released: fc.boolean() })
  .map((end) => ({ level: 'token', target: tokenOf(end), ...end }))
const named = (level: 'agent' | 'chain' | 'app' | 'task', target: fc.Arbitrary<string>) =>
  target.map((name): Made => ({ level, target: name, released: false }))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: session.map((made) => ({ made })) },
  ...[named('agent', agent), named('chain', agent), named('app', appId)].map((one) =>
    one.map((made) => ({ made })),
  ),
  { weight: 2, arbitrary: named('task', taskId).map((made) => ({ made })) },
  fc.record({ lifted: taskId, at: second }),
)

/** What is told, in order: an entry that was lifted comes a second time. */
export const history: fc.Arbitrary<Entry[]> = fc.array(step, { maxLength: 20 }).map((steps) => {
  const standing = new Map<string, Entry>()
  let last = 0
  return steps.flatMap((one, place): Entry[] => {
    if ('made' in one) {
      if (one.made.level !== 'task') return [{ ...one.made, id: `e-${place}` }]
      if (standing.has(one.made.target)) return []
      const entry = { ...one.made, id: `e-${place}` }
      standing.set(entry.target, entry)
      return [entry]
    }
    const entry = standing.get(one.lifted)
    if (entry === undefined) return []
    standing.delete(one.lifted)
    // Time does not go back.
    last = Math.max(last, one.at)
    return [{ ...entry, liftedAt: last * 1000 }]
  })
})

const record: fc.Arbitrary<DelegationRecord> = fc
  .record(
    { agent, sid, parent_sid: sid, app_id: appId, lsid: sid },
    { requiredKeys: ['agent', 'sid', 'parent_sid'] },
  )
  .map((members) => ({
    scope: [],
    delegated_at: '',
    delegatee: '',
    granted_scope: [],
    prev: '',
    kid: 'k',
    signature: '',
    jti: '',
    parent_jti: '',
    ...members,
  }))

export const lineages: fc.Arbitrary<Claims> = fc
  .record(
    {
      sid,
      place: fc.nat({ max: 1 }),
      sub: fc.oneof(
        agent,
        appId.map((id) => `app:${id}`),
        fc.constant('admin'),
      ),
      iat: second,
      lsid: sid,
      app_id: appId,
      task_id: taskId,
      delegation_chain: fc.array(record, { minLength: 1, maxLength: maxDelegationDepth }),
    },
    { requiredKeys: ['sid', 'place', 'sub', 'iat'] },
  )
  .map(({ place, ...claims }) => ({
    iss: '',
    scope: [],
    nbf: claims.iat,
    exp: expires,
    // Whose session a token belongs to is known by its name.
    jti: tokenOf({ sid: claims.sid, place }),
    ...claims,
  }))

export function toPublishedEntry({
  id,
  level,
  target,
  sid: own,
  released,
  liftedAt,
}: Entry): PublishedEntry {
  const made = released ? 'release' : 'revoke'
  const hash = createHash('sha256').update(publishedTargetInput(level, target)).digest('hex')
  return {
    action: liftedAt === undefined ? made : 'lift',
    id,
    level,
    target: hash,
    ...(own === undefined ? {} : { sid: own }),
    revoked_at: '2026-01-02T03:04:05.600Z',
    exp: expires,
    ...(liftedAt === undefined ? {} : { lifted_at: new Date(liftedAt).toISOString() }),
  }
}
