import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import type { Registration } from '../../src/domain/identity/agent.ts'
import type { LaunchToken } from '../../src/domain/launch-tokens/launch-token.ts'
import type { NewSession, Session } from '../../src/domain/tokens/session.ts'
import type { Change } from '../../src/store/change.ts'
import { appendEvents } from '../../src/store/changes/append-events.ts'
import { beginSession } from '../../src/store/changes/begin-session.ts'
import { createLaunchToken } from '../../src/store/changes/create-launch-token.ts'
import { delegateToken } from '../../src/store/changes/delegate-token.ts'
import { prune } from '../../src/store/changes/prune.ts'
import { registerAgent } from '../../src/store/changes/register-agent.ts'
import { releaseSession } from '../../src/store/changes/release-session.ts'
import { removeLaunchToken } from '../../src/store/changes/remove-launch-token.ts'
import { renewToken } from '../../src/store/changes/renew-token.ts'
import type { Decision } from '../../src/store/engine.ts'
import { selectFrom } from '../../src/store/sql.ts'
import type { Row } from '../../src/store/table.ts'
import { tables } from '../../src/store/tables.ts'
import { sampleDelegation } from './sample-delegations.ts'
import {
  afterSwap,
  noon,
  presentedBy,
  sampleEvent,
  sampleKey,
  sampleLaunchToken,
  sampleRegistration,
  sampleRelease,
  sampleSession,
  sampleSwap,
} from './sample-records.ts'
import { sampleFounding, type StoreKind } from './store-place.ts'

/** A change sees what those before it in the batch wrote, and nothing else of them. */
export function batchContract(kind: StoreKind): void {
  describe('batches', () => {
    test('within a batch the first to come is served, and losers leave nothing behind', async () => {
      const session = sampleSession()
      const [first, second] = [sampleSwap(session), sampleSwap(session)]
      const third = sampleSwap(afterSwap(session, first))
      const batch = [
        beginSession(session, sampleKey.kid, [sampleEvent()]),
        renewToken(first, [sampleEvent()]),
        renewToken(second, [sampleEvent()]),
        renewToken(third, [sampleEvent()]),
        releaseSession(sampleRelease(session), [sampleEvent()]),
        renewToken(sampleSwap(afterSwap(session, third)), [sampleEvent()]),
      ]
      const { decisions, rows } = await runAll(kind, [{ batch, at: noon }])
      const refused = { kept: false, guard: 0 }
      const over = { kept: false, guard: 3 }
      assert.deepEqual(decisions, [keptAt(1), keptAt(2), refused, keptAt(3), keptAt(4), over])
      assert.equal(rows['auditEvents']?.length, 4)
      assert.equal(rows['tokens']?.length, 3)
      assert.equal(rows['sessions']?.[0]?.['current_jti'], third.newJti)
    })

    test('whoever ends earlier takes along the children begun in the same batch, for what follows in it', async () => {
      const [root, delegate] = [sampleSession({ kind: 'agent' }), sampleSession({ kind: 'agent' })]
      const holder = { session: root, chain: [] }
      const short = { currentExp: root.currentExp - 100 }
      const [first, second, third] = [
        sampleDelegation(holder, { session: delegate }),
        sampleDelegation(holder, { session: delegate }, short),
        sampleDelegation(holder, { session: delegate }),
      ]
      const renewed = (session: NewSession) =>
        renewToken(sampleSwap(session, { newExp: root.currentExp - 100 }), [])
      const batch = [
        beginSession(root, sampleKey.kid, []),
        beginSession(delegate, sampleKey.kid, []),
        delegateToken(first, []),
        delegateToken(second, []),
        shorten(root),
        renewed(first.session),
        renewed(second.session),
        delegateToken(third, []),
      ]
      const { decisions, rows } = await runAll(kind, [{ batch, at: noon }])
      const made = decisions.map((decision) => decision.kept && decision.made.length)
      assert.deepEqual(made, [0, 0, 0, 0, 1, false, 0, false])
      const ended = rows['revocations']?.map(({ sid, target }) => ({ sid, target }))
      assert.deepEqual(ended, [{ sid: first.session.sid, target: first.session.currentJti }])
    })

    test('changes decided one by one and in any batches end in the same rows', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 40 }),
          cuts,
          async (steps, at) => {
            const batches = cut(toChanges(steps), at)
            const single = batches.flatMap(({ batch, at: time }) =>
              batch.map((change) => ({ batch: [change], at: time })),
            )
            const together = await runAll(kind, batches)
            const alone = await runAll(kind, single)
            assert.deepEqual(together, alone)
          },
        ),
        { numRuns: 12, endOnFailure: true },
      )
    })
  })
}

interface Batch {
  readonly batch: readonly Change[]
  readonly at: number
}

/** Few of everything, so that changes meet. */
const few = fc.nat({ max: 3 })
const step = fc.record({
  verb: fc.constantFrom(
    ...([
      'begin',
      'launch',
      'unlaunch',
      'register',
      'delegate',
      'shorten',
      'renew',
      'release',
      'prune',
      'append',
    ] as const),
  ),
  one: few,
  other: few,
})
/** Sizes of the batches, and how much time passes before each: now and then backwards, now and then days. */
const cuts = fc.array(
  fc.record({
    size: fc.integer({ min: 1, max: 12 }),
    pause: fc.constantFrom(0, 1, 20_000, 200_000, -5000, 90_000_000),
  }),
  { minLength: 40, maxLength: 40 },
)

type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never

function cut(changes: readonly Change[], sizes: readonly { size: number; pause: number }[]) {
  const batches: Batch[] = []
  let [from, at] = [0, noon]
  for (const { size, pause } of sizes) {
    at += pause
    if (from < changes.length) batches.push({ batch: changes.slice(from, from + size), at })
    from += size
  }
  return batches
}

/** Steps on a small cast: most find their session or launch token, many come too late. */
function toChanges(steps: readonly Step[]): Change[] {
  const admins = Array.from({ length: 4 }, () => sampleSession())
  const tokens = admins.map((admin, index) =>
    sampleLaunchToken(admin, { singleUse: index % 2 === 0, expiresAt: noon + 300_000 }),
  )
  const registrations = tokens.map((token) => sampleRegistration(token))
  const sessions = [...admins, ...registrations.map(({ session }) => session)]
  const wanted = steps.flatMap(({ verb, one, other }) => {
    const [admin, token, registration] = [admins[one], tokens[one], registrations[one]]
    const [session, delegate] = [sessions[one + other], registrations[other]?.session]
    if (!admin || !token || !registration || !session || !delegate) return []
    return toChange[verb]({ admin, token, registration, session, delegate })
  })
  return [...admins.map((admin) => beginSession(admin, sampleKey.kid, [])), ...wanted]
}

interface Cast {
  readonly admin: Session
  readonly token: LaunchToken
  readonly registration: Registration
  readonly session: NewSession
  readonly delegate: NewSession
}

const toChange: Record<Step['verb'], (cast: Cast) => Change> = {
  begin: ({ admin }) => beginSession(admin, sampleKey.kid, [sampleEvent('begin')]),
  launch: ({ admin, token }) =>
    createLaunchToken(token, presentedBy(admin), [sampleEvent('launch')]),
  unlaunch: ({ admin, token }) => removeLaunchToken(token, presentedBy(admin), [sampleEvent()]),
  register: ({ registration }) =>
    registerAgent({ ...registration, nonceExpiresAt: noon + 300_000 }, [sampleEvent('register')]),
  delegate: ({ registration, delegate }) =>
    delegateToken(
      sampleDelegation({ session: registration.session, chain: [] }, { session: delegate }),
      [sampleEvent('delegate')],
    ),
  shorten: ({ session }) => shorten(session),
  renew: ({ session }) => renewToken(sampleSwap(session), [sampleEvent('renew')]),
  release: ({ session, token }) =>
    releaseSession(sampleRelease(session, token.singleUse), [sampleEvent('release')]),
  prune: () => prune,
  append: () => appendEvents([sampleEvent('append'), sampleEvent('append')]),
}

/** A renewal that ends a minute earlier than what it replaces, with every child that would outlive it. */
function shorten(session: NewSession): Change {
  const { reason: _, sid: __, ...ending } = sampleRelease(session, false)
  const newExp = session.currentExp - 60
  return renewToken(sampleSwap(session, { newExp, ending: { ...ending, target: '' } }), [
    sampleEvent('shorten'),
  ])
}

/** Runs the batches on a new store: every decision, and every row of every table. */
async function runAll(kind: StoreKind, batches: readonly Batch[]) {
  const place = await kind.createPlace()
  const engine = await place.openEngine(sampleFounding('fingerprint'))
  try {
    const decisions: Decision[] = []
    for (const { batch, at } of batches) {
      const report = await engine.run(batch, at)
      decisions.push(...report.decisions.map(withoutWords))
    }
    const rows: Record<string, Row[]> = {}
    for (const [name, table] of Object.entries(tables)) {
      const order = table.key.join(', ')
      const found = await place.sql.all(`${selectFrom(table)} order by ${order}`)
      rows[name] = found.map((row) => ({ ...row }))
    }
    return { decisions, rows }
  } finally {
    await engine.close()
    await place.remove()
  }
}

/** Nothing removed, nothing made for each of others; `seq`: of its first event. */
function keptAt(seq: number): Decision {
  return { kept: true, removed: 0, made: [], seq }
}

/** Which words an engine finds for a defect does not matter. */
function withoutWords(decision: Decision): Decision {
  return 'defect' in decision ? { kept: false, defect: '' } : decision
}
