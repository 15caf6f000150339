import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Revocation } from '../../src/domain/revocation/revocation.ts'
import type { TokenSwap } from '../../src/domain/tokens/session.ts'
import { countRows } from './count-rows.ts'
import {
  delegated,
  delegationLine,
  presentedByHolder,
  type Holder,
  type Line,
} from './sample-delegations.ts'
import { freshHex, noon, noonSeconds, sampleEvent, sampleSwap } from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** Law 1 over renewals: a child never outlives its parent, and a parent that ends earlier takes its children along. */
export function delegatedRenewalContract(kind: StoreKind): void {
  describe('renewals in a delegation', () => {
    test('a delegated session is renewed up to the end of its delegator’s token, and not a second further', async () => {
      await using place = await TestStore.open(kind)
      const { last, middle } = await delegationLine(place)
      const { sessions } = place.store
      const { currentExp } = middle.session
      const before = await countRows(place)
      const late = await sessions.renew(swapOf(last, currentExp + 1), [sampleEvent()])
      assert.deepEqual(late, { kept: false, guard: 'delegator_over' })
      assert.deepEqual(await countRows(place), before)
      assert.equal((await sessions.renew(swapOf(middle, currentExp), [])).kept, true)
      assert.equal((await sessions.renew(swapOf(last, currentExp), [])).kept, true)
    })

    test('nothing is renewed whose delegator expired, aged or is unknown', async () => {
      await using place = await TestStore.open(kind)
      const { last, middle } = await delegationLine(place)
      const { sid } = middle.session
      const swap = swapOf(last, noonSeconds + 1)
      for (const [column, over] of [
        ['current_exp', noonSeconds],
        ['ends_at', noon],
        ['started_at', -1],
      ] as const) {
        const set = `update sessions set ${column} = ? where sid = ?`
        const [row] = await place.sql.all(`select ${column} from sessions where sid = ?`, [sid])
        await place.sql.run(set, [over, sid])
        const outcome = await place.store.sessions.renew(swap, [sampleEvent()])
        assert.deepEqual(outcome, { kept: false, guard: 'delegator_over' }, column)
        await place.sql.run(set, [row?.[column] ?? null, sid])
      }
      const orphan = await place.store.sessions.renew(
        { ...swap, delegator: { sid: 'unknown', kid: swap.kid } },
        [],
      )
      assert.deepEqual(orphan, { kept: false, guard: 'delegator_over' })
      assert.equal((await place.store.sessions.renew(swap, [])).kept, true)
    })

    test('a renewal of a delegated session keeps the record of the delegation as long, and no agent', async () => {
      await using place = await TestStore.open(kind)
      const { root, middle } = await delegationLine(place)
      const { sessions } = place.store
      const exp = noonSeconds + 900
      await sessions.renew(swapOf(root, exp), [])
      assert.equal((await sessions.renew(swapOf(middle, exp), [])).kept, true)
      const again = { ...middle, session: await found(place, middle) }
      assert.equal((await sessions.renew(swapOf(again, exp - 100), [])).kept, true)
      const [record] = await place.sql.all('select keep_until from delegations where sid = ?', [
        middle.session.sid,
      ])
      assert.equal(record?.['keep_until'], exp)
      const agents = await place.sql.all('select agent_id from agents where keep_until = ?', [exp])
      assert.deepEqual(agents, [])
    })

    test('a successor that ends earlier ends exactly the children that would outlive it', async () => {
      await using place = await TestStore.open(kind)
      const { line, children } = await family(place)
      const [earlier, equal, later, latest] = children
      assert.ok(earlier && equal && later && latest)
      const ending = sampleEnding()
      place.now = noon + 5
      const swap = { ...swapOf(line.root, noonSeconds + 100), ending }
      const outcome = await place.store.sessions.renew(swap, [sampleEvent(), sampleEvent()])
      assert.ok(outcome.kept)
      const { root, delegate } = line
      const entries = [line.middle, latest, later].map(({ session }) => ({
        ...ending,
        id: `${ending.id}.${session.sid}`,
        target: session.currentJti,
        sid: session.sid,
        revokedAt: noon + 5,
        keepUntil: outcome.highestExp,
        seq: outcome.seq,
      }))
      assert.deepEqual(outcome.ended.toSorted(byId), entries.toSorted(byId))
      const kept = await place.store.revocations.inForce(0)
      assert.deepEqual(kept.toSorted(byId), entries.toSorted(byId))
      const guards = []
      for (const child of [earlier, equal, later, latest, line.middle, line.last]) {
        const renewed = await place.store.sessions.renew(swapOf(child, noonSeconds + 50), [])
        guards.push(renewed.kept || renewed.guard)
      }
      assert.deepEqual(guards, [true, true, ...Array.from({ length: 4 }, () => 'session_over')])
      const renewedRoot = { ...root, session: await found(place, root) }
      await delegated(place, renewedRoot, delegate)
    })

    test('children that end with their delegator are dead for what waits behind it, and one that was begun just before ends too', async () => {
      await using place = await TestStore.open(kind)
      const { line, children } = await family(place)
      const { root, delegate } = line
      const latest = children.at(-1)
      assert.ok(latest)
      const begun = delegated(place, root, delegate)
      const shortened = { ...swapOf(root, noonSeconds + 100), ending: sampleEnding() }
      const [newest, outcome, late] = await Promise.all([
        begun,
        place.store.sessions.renew(shortened, []),
        place.store.sessions.renew(swapOf(latest, noonSeconds + 90), []),
      ])
      assert.ok(outcome.kept)
      assert.ok(outcome.ended.some(({ sid }) => sid === newest.session.sid))
      assert.deepEqual(late, { kept: false, guard: 'session_over' })
    })

    test('a renewal that is refused ends no child', async () => {
      await using place = await TestStore.open(kind)
      const { root } = await delegationLine(place)
      const swap = { ...swapOf(root, noonSeconds + 100), ending: sampleEnding() }
      const outcome = await place.store.sessions.renew({ ...swap, kid: 'unknown' }, [])
      assert.deepEqual(outcome, { kept: false, guard: 'key_not_active' })
      assert.deepEqual(await place.store.revocations.inForce(0), [])
    })
  })
}

const byId = (one: Revocation, other: Revocation) => (one.id < other.id ? -1 : 1)

/** The line, and children of its root whose tokens end before, with and after the 100th second. */
async function family(place: TestStore): Promise<{ line: Line; children: Holder[] }> {
  const line = await delegationLine(place)
  const children = []
  for (const seconds of [99, 100, 101, 300]) {
    const currentExp = noonSeconds + seconds
    children.push(await delegated(place, line.root, line.delegate, { currentExp }))
  }
  return { line, children }
}

async function found(place: TestStore, { session }: Holder) {
  const now = await place.store.sessions.find(session.sid)
  assert.ok(now !== undefined)
  return now
}

function swapOf(holder: Holder, newExp: number): TokenSwap {
  return sampleSwap(holder.session, { presented: presentedByHolder(holder), newExp })
}

function sampleEnding(): Revocation {
  const reason = 'delegator ends earlier'
  return {
    id: freshHex(32),
    level: 'token',
    target: '',
    released: false,
    reason,
    actor: 'system',
  }
}
