import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { NewDelegation } from '../../src/domain/delegation/delegation.ts'
import { countRows } from './count-rows.ts'
import { assertRefusedUnder, killingEntries, putEntry, sparingEntries } from './lineage-entries.ts'
import {
  delegated,
  delegationLine,
  presentedByHolder,
  sampleDelegation,
  type Line,
} from './sample-delegations.ts'
import {
  freshHex,
  noon,
  noonSeconds,
  presentedBy,
  sampleEvent,
  sampleKey,
  sampleRepeat,
  sampleSwap,
} from './sample-records.ts'
import { TestStore, type StoreKind } from './store-place.ts'

/** A delegation is kept whole or not at all, and nothing dead or foreign delegates or receives. */
export function delegationContract(kind: StoreKind): void {
  describe('delegations', () => {
    test('a delegation keeps session, token, record and event, and the delegate’s launching session as long', async () => {
      await using place = await TestStore.open(kind)
      const { middle, delegate } = await delegationLine(place)
      const delegation = sampleDelegation(middle, delegate, { currentExp: noonSeconds + 200 })
      const { session, record, root } = delegation
      const { sql } = place
      const launcher = [session.lsid ?? '']
      await sql.run('update sessions set keep_until = 1 where sid = ?', launcher)
      const outcome = await place.store.delegations.create(delegation, [sampleEvent()])
      assert.equal(outcome.kept, true)
      const kept = await place.store.sessions.find(session.sid)
      assert.deepEqual(kept, { ...session, kid: sampleKey.kid })
      const tokens = await sql.all('select jti, exp, kid from tokens where sid = ?', [session.sid])
      const token = { jti: session.currentJti, exp: noonSeconds + 200, kid: sampleKey.kid }
      assert.deepEqual(tokens.map(plain), [token])
      const [row] = await sql.all('select * from delegations where sid = ?', [session.sid])
      assert.partialDeepStrictEqual(row && plain(row), {
        parent_sid: middle.session.sid,
        root,
        agent: record.agent,
        app_id: record.app_id,
        delegatee: record.delegatee,
        delegatee_app_id: session.appId,
        task_id: 'task-1',
        jti: session.currentJti,
        delegated_at: noon,
        keep_until: noonSeconds + 200,
      })
      const [login] = await sql.all('select keep_until from sessions where sid = ?', launcher)
      assert.equal(login?.['keep_until'], noonSeconds + 200)
      assert.equal(await place.store.audit.count(), 1)
    })

    test('no entry over the lineage, of any kind, lets a token be delegated, renewed or its renewal repeated', async () => {
      await using place = await TestStore.open(kind)
      const { delegations, sessions } = place.store
      const { last, delegate } = await delegationLine(place)
      const presented = presentedByHolder(last)
      // Later, so that the time of the token decides what a lifting spares, not the time of the change.
      place.now += 5000
      const before = await countRows(place)
      const delegation = sampleDelegation(last, delegate)
      const swap = sampleSwap(last.session, { presented, newExp: noonSeconds + 300 })
      const repeat = { ...sampleRepeat(last.session, swap, noon + 5001), successor: presented }
      const guard = 'session_over'
      await assertRefusedUnder(place, killingEntries(presented.lineage, noon), [
        { guard, change: () => delegations.create(delegation, [sampleEvent()]) },
        { guard, change: () => sessions.renew(swap, [sampleEvent()]) },
        { guard, change: () => sessions.repeatRenewal(repeat, [sampleEvent()]) },
      ])
      assert.deepEqual(await countRows(place), before)
      for (const entry of sparingEntries(presented.lineage, noon)) await putEntry(place, entry)
      assert.equal((await sessions.repeatRenewal(repeat, [])).kept, true)
      assert.equal((await delegations.create(delegation, [])).kept, true)
      assert.equal((await sessions.renew(swap, [])).kept, true)
    })

    test('a delegate that any entry names receives nothing', async () => {
      await using place = await TestStore.open(kind)
      const { last, delegate } = await delegationLine(place)
      const { lineage } = presentedBy(delegate.session)
      place.now += 5000
      const before = await countRows(place)
      // Without its app among those that act: that guard has another name, and comes first.
      const delegation = { ...sampleDelegation(last, delegate), apps: [] }
      const create = () => place.store.delegations.create(delegation, [sampleEvent()])
      const attempt = { guard: 'delegate_inactive', change: create }
      await assertRefusedUnder(place, killingEntries(lineage, noon), [attempt])
      assert.deepEqual(await countRows(place), before)
      for (const entry of sparingEntries(lineage, noon)) await putEntry(place, entry)
      assert.equal((await create()).kept, true)
    })

    test('each guard of a delegation refuses by its name, and then nothing of it is kept', async () => {
      await using place = await TestStore.open(kind)
      const line = await delegationLine(place)
      const before = await countRows(place)
      for (const [guard, spoil] of spoilt) {
        const delegation = { ...sampleDelegation(line.last, line.delegate), ...spoil(line) }
        const outcome = await place.store.delegations.create(delegation, [sampleEvent()])
        assert.deepEqual(outcome, { kept: false, guard }, spoil.toString())
      }
      assert.deepEqual(await countRows(place), before)
    })

    test('neither a session that expired, aged or precedes the epoch delegates, nor does one receive', async () => {
      await using place = await TestStore.open(kind)
      const { last, delegate } = await delegationLine(place)
      const delegation = sampleDelegation(last, delegate)
      for (const [{ sid }, guard] of [
        [last.session, 'session_over'],
        [delegate.session, 'delegate_inactive'],
      ] as const) {
        for (const [column, over] of Object.entries(overAtNoon)) {
          const set = `update sessions set ${column} = ? where sid = ?`
          const [row] = await place.sql.all(`select ${column} from sessions where sid = ?`, [sid])
          await place.sql.run(set, [over, sid])
          const outcome = await place.store.delegations.create(delegation, [sampleEvent()])
          assert.deepEqual(outcome, { kept: false, guard }, column)
          await place.sql.run(set, [row?.[column] ?? null, sid])
        }
      }
      assert.equal((await place.store.delegations.create(delegation, [])).kept, true)
    })

    test('an app that was changed or deregistered since it was read stops the delegation', async () => {
      await using place = await TestStore.open(kind)
      const { root, last, delegate } = await delegationLine(place)
      const { apps, delegations } = place.store
      const admin = presentedBy(await place.signIn())
      const before = sampleDelegation(last, delegate)
      const create = async () => delegations.create(before, [sampleEvent()])
      const middles = await apps.find(before.apps[1]?.appId ?? '')
      assert.ok(middles !== undefined)
      await apps.change({ ...middles, scopes: ['a:b:c'], version: 2 }, admin, [])
      assert.deepEqual(await create(), { kept: false, guard: 'app_changed' })
      await apps.change({ ...middles, version: 1 }, admin, [])
      for (const [{ session }, guard] of [
        [delegate, 'app_changed'],
        [root, 'session_over'],
      ] as const) {
        const app = await apps.find(session.appId ?? '')
        assert.ok(app !== undefined)
        await place.deregister(app)
        assert.deepEqual(await create(), { kept: false, guard })
      }
      assert.equal(await place.store.audit.count(), 0)
    })

    test('under a compromised key nobody delegates and nobody receives', async () => {
      await using place = await TestStore.open(kind)
      const { last, delegate } = await delegationLine(place)
      const made = { ...sampleKey, kid: 'kid-of-the-second-key', createdAt: noon + 1 }
      const compromised = { status: 'compromised', sealed: '', retiredAt: noon } as const
      const previous = { before: sampleKey, after: { ...sampleKey, ...compromised } }
      const admin = presentedBy(await place.signIn())
      const rotation = { previous, made, isEmergency: true }
      assert.equal((await place.store.signingKeys.rotate(rotation, admin, [])).kept, true)
      const { kid } = made
      const delegation = { ...sampleDelegation(last, delegate), kid }
      const create = async (members: Partial<NewDelegation>) =>
        place.store.delegations.create({ ...delegation, ...members }, [])
      assert.deepEqual(await create({}), { kept: false, guard: 'session_over' })
      const presented = { ...delegation.presented, kids: [kid] }
      assert.deepEqual(await create({ presented }), { kept: false, guard: 'delegate_inactive' })
      const fresh = { presented, delegate: { ...delegation.delegate, kid } }
      const oldKey = await create({ ...fresh, kid: sampleKey.kid })
      assert.deepEqual(oldKey, { kept: false, guard: 'key_not_active' })
      assert.equal((await create(fresh)).kept, true)
    })

    test('a thousand live sessions may be delegated from one, and the dead among them do not count', async () => {
      await using place = await TestStore.open(kind)
      const { root, delegate } = await delegationLine(place)
      const { sid } = root.session
      const first = await delegated(place, root, delegate)
      const { delegations } = place.store
      assert.deepEqual(await delegations.countChildren(sid, noon), { unexpired: 2, live: 2 })
      await copySession(place, first.session.sid, 999)
      assert.deepEqual(await delegations.countChildren(sid, noon), { unexpired: 1001, live: 1001 })
      for (const copy of ['copy-1', 'copy-2']) {
        const end = { id: copy, level: 'token', target: copy, sid: copy, released: true } as const
        await putEntry(place, { ...end, actor: 'admin' })
      }
      assert.deepEqual(await delegations.countChildren(sid, noon), { unexpired: 1001, live: 999 })
      const quota = { fewerThan: 1000 + 1001 - 999, after: noon }
      const create = async () =>
        delegations.create({ ...sampleDelegation(root, delegate), quota }, [])
      assert.equal((await create()).kept, true)
      assert.deepEqual(await create(), { kept: false, guard: 'too_many_delegations' })
      assert.deepEqual(await delegations.countChildren(sid, noon), { unexpired: 1002, live: 1000 })
    })

    test('of many delegations at the brink of the quota exactly those are kept that fit', async () => {
      await using place = await TestStore.open(kind)
      const { last, delegate } = await delegationLine(place)
      const quota = { fewerThan: 3, after: noon }
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, () =>
          place.store.delegations.create({ ...sampleDelegation(last, delegate), quota }, []),
        ),
      )
      assert.equal(outcomes.filter(({ kept }) => kept).length, 3)
    })
  })
}

/** What makes each guard fail, in the order of the guards. */
const spoilt: readonly (readonly [string, (line: Line) => Partial<NewDelegation>])[] = [
  ['session_not_current', (line) => ({ presented: { ...shown(line), jti: 'superseded' } })],
  ['session_not_current', (line) => ({ presented: { ...shown(line), sid: 'unknown' } })],
  [
    'session_over',
    (line) => ({ presented: { ...shown(line), kids: [...shown(line).kids, 'unknown'] } }),
  ],
  ['app_changed', () => ({ apps: [{ appId: 'unknown' }] })],
  ['app_changed', ({ last }) => ({ apps: [{ appId: last.session.appId ?? '', version: 2 }] })],
  ['delegate_inactive', (line) => ({ delegate: { ...received(line), sid: 'unknown' } })],
  ['delegate_inactive', (line) => ({ delegate: { ...received(line), kid: 'unknown' } })],
  ['too_many_delegations', () => ({ quota: { fewerThan: 0, after: noon } })],
  ['key_not_active', () => ({ kid: 'unknown' })],
]

const shown = ({ last }: Line) => presentedByHolder(last)
const received = ({ last, delegate }: Line) => sampleDelegation(last, delegate).delegate

/** Of a session's row: each alone makes it over. */
const overAtNoon = { current_exp: noonSeconds, ends_at: noon, started_at: -1 }

/** So many more sessions like this one, `copy-1` and so on. */
async function copySession({ sql }: TestStore, sid: string, copies: number): Promise<void> {
  const [row] = await sql.all('select * from sessions where sid = ?', [sid])
  assert.ok(row !== undefined)
  const others = Object.keys(row).filter((column) => column !== 'sid' && column !== 'current_jti')
  await sql.run(
    `insert into sessions (sid, current_jti, ${others.join(', ')})
     with recursive counter (n) as (select 1 union all select n + 1 from counter where n < ${copies})
     select 'copy-' || n, 'token-${freshHex(8)}-' || n, ${others.join(', ')} from counter, sessions where sid = ?`,
    [sid],
  )
}

function plain(row: object): object {
  return { ...row }
}
