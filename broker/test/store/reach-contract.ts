import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeptRevocation, Revocation } from '../../src/domain/revocation/revocation.ts'
import type { Session } from '../../src/domain/tokens/session.ts'
import { sampleEntry } from './revocation-contract.ts'
import {
  freshHex,
  noon,
  noonSeconds,
  presentedBy,
  sampleEvent,
  sampleRelease,
  sampleSwap,
} from './sample-records.ts'
import { silent, TestStore, type StoreKind } from './store-place.ts'

/** Long enough for any count here. */
const within = 60_000

/** How many live tokens an entry kills. */
export function reachContract(kind: StoreKind): void {
  describe('the reach of an entry', () => {
    for (const [level, target, dead, byDepth] of [
      ['token', 'app', ['app', 'root', 'second', 'child', 'grandchild'], [3, 1, 1]],
      ['token', 'child', ['child', 'grandchild'], [0, 1, 1]],
      ['agent', 'second', ['second', 'child', 'grandchild'], [1, 1, 1]],
      ['agent', 'third', ['third', 'grandchild'], [1, 0, 1]],
      ['task', 'root', ['root', 'child', 'grandchild'], [1, 1, 1]],
      ['chain', 'root', ['root', 'child', 'grandchild'], [1, 1, 1]],
      ['chain', 'third', ['third'], [1]],
      ['app', 'app', ['app', 'root', 'second', 'child', 'grandchild'], [3, 1, 1]],
      ['agent', 'app', ['app', 'root', 'second', 'child', 'grandchild'], [3, 1, 1]],
    ] as const) {
      test(`${level} of ${target}: what is foreseen is what is measured`, async () => {
        await using place = await TestStore.open(kind)
        const all = await family(place)
        const { revocations } = place.store
        const entry = entryAbout(level, all[target])
        const foreseen = await revocations.foresee(entry, { at: place.now, within: within })
        const agents = dead.filter((name) => name !== 'app').map((name) => all[name])
        assert.deepEqual(foreseen, {
          killed: dead.length,
          isComplete: true,
          byDepth,
          agents: [...new Set(agents.map(({ sub }) => sub))],
        })
        const kept = await keep(place, entry)
        const { killed, isComplete } = await revocations.measure(kept, within)
        assert.deepEqual({ killed, isComplete }, { killed: dead.length, isComplete: true })
        assert.equal(
          (await revocations.foresee(entry, { at: place.now, within: within })).killed,
          0,
        )
      })
    }

    test('what was dead before, by an earlier entry or by time, is killed by nobody again', async () => {
      await using place = await TestStore.open(kind)
      const { child, root, second } = await family(place)
      const { revocations, sessions } = place.store
      const outer = entryAbout('task', root)
      const inner = await keep(place, entryAbout('token', child))
      const kept = await keep(place, outer)
      const later = await keep(place, entryAbout('agent', second))
      assert.equal((await revocations.measure(inner, within)).killed, 2)
      assert.equal((await revocations.measure(kept, within)).killed, 1)
      assert.equal((await revocations.measure(later, within)).killed, 1)
      await sessions.begin(sampleMember({ sub: 'app:x' }), child.kid, [])
      const foreseen = await revocations.foresee(entryAbout('app', root), {
        at: noon + 300_000,
        within: within,
      })
      assert.equal(foreseen.killed, 0)
    })

    test('a release without children kills one token, with them their trees, and spares what was launched', async () => {
      await using place = await TestStore.open(kind)
      const { app, root, third } = await family(place)
      for (const [session, killed] of [
        [third, 1],
        [root, 3],
        [app, 1],
      ] as const) {
        const entry = sampleRelease(session)
        const outcome = await place.store.sessions.release(entry, [sampleEvent()])
        assert.ok(outcome.kept)
        const kept = await place.store.revocations.find(entry.id)
        assert.ok(kept)
        assert.deepEqual(effectOf(await place.store.revocations.measure(kept, within)), [
          killed,
          true,
        ])
      }
    })

    test('a count that takes too long is a lower bound and says so', async () => {
      await using place = await TestStore.open(kind)
      const { root } = await family(place)
      const { revocations } = place.store
      const entry = entryAbout('task', root)
      const foreseen = await revocations.foresee(entry, { at: place.now, within: 0 })
      assert.deepEqual(foreseen, { killed: 0, isComplete: false, byDepth: [], agents: [] })
      assert.deepEqual(effectOf(await revocations.measure(await keep(place, entry), 0)), [0, false])
    })

    test('more sessions than one query looks at are all counted', async () => {
      await using place = await TestStore.open(kind)
      const { root } = await family(place)
      const begun = Array.from({ length: 1201 }, () =>
        place.store.sessions.begin(childOf(root, agentId()), root.kid, []),
      )
      await Promise.all(begun)
      const foreseen = await place.store.revocations.foresee(entryAbout('chain', root), {
        at: noon,
        within: within,
      })
      assert.deepEqual(foreseen.byDepth, [1, 1202, 1])
      assert.equal(foreseen.agents.length, 100)
    })

    test('an effect is kept with its entry, told to the metrics, and noted once', async () => {
      const place = await kind.createPlace()
      const told: [string, number][] = []
      const tokensKilled = (level: string, count: number) => void told.push([level, count])
      const observe = { ...silent, tokensKilled }
      const store = await place.openStore({ fingerprint: 'f', clock: () => noon, observe })
      try {
        const session = sampleMember({ sub: 'admin', kind: 'admin' })
        await store.sessions.begin(session, 'kid-of-the-first-key', [])
        const entry = sampleEntry('task', 'october')
        await store.revocations.revoke(entry, presentedBy(session), [sampleEvent()])
        const kept = await store.revocations.find(entry.id)
        assert.ok(kept)
        const note = (killed: number) =>
          store.revocations.noteEffects(
            [{ entry: kept, killed, isComplete: false }],
            [sampleEvent()],
          )
        assert.equal((await note(7)).kept, true)
        assert.deepEqual(await note(8), { kept: false, guard: 'noted_already' })
        const { killed, isComplete } = (await store.revocations.find(entry.id)) ?? {}
        assert.deepEqual([killed, isComplete], [7, false])
        assert.equal(await store.audit.count(), 2)
        await store.sessions.release(sampleRelease(session), [sampleEvent()])
        assert.deepEqual(told, [
          ['task', 7],
          ['release', 1],
        ])
      } finally {
        await store.close()
        await place.remove()
      }
    })

    test('agents are counted as live by the same rule: not under a task lifted since, nor under a compromised key', async () => {
      await using place = await TestStore.open(kind)
      const { root } = await family(place)
      const { agents, revocations } = place.store
      assert.equal(await agents.countActive(place.now), 3)
      const { id } = await keep(place, entryAbout('task', root))
      assert.equal(await agents.countActive(place.now), 2)
      const by = { actor: 'admin', presented: presentedBy(await place.signIn()) }
      await revocations.lift({ id }, by, [sampleEvent()])
      place.now += 5000
      assert.equal(await agents.countActive(place.now), 2)
      const later = { sub: agentId(), taskId: 'october', startedAt: place.now }
      await begin(place, later)
      assert.equal(await agents.countActive(place.now), 3)
      await place.sql.run(`update signing_keys set status = 'compromised'`)
      assert.equal(await agents.countActive(place.now), 0)
    })

    test('a superseded token still finds its session, an unknown one none', async () => {
      await using place = await TestStore.open(kind)
      const { root } = await family(place)
      const { sessions } = place.store
      const swap = sampleSwap(root)
      await sessions.renew({ ...swap, apps: [] }, [sampleEvent()])
      for (const jti of [root.currentJti, swap.newJti]) {
        assert.equal((await sessions.findByToken(jti))?.sid, root.sid)
      }
      assert.equal(await sessions.findByToken('unknown'), undefined)
    })
  })
}

/** An app has launched root and second; root (october) -> child (second) -> grandchild (third), who is the operator's. */
async function family(place: TestStore) {
  const app = await place.signIn({ kind: 'app', sub: 'app:one', appId: 'one' })
  const launched = { kind: 'agent', appId: 'one', lsid: app.sid } as const
  const root = await begin(place, { ...launched, sub: agentId(), taskId: 'october' })
  const second = await begin(place, { ...launched, sub: agentId(), taskId: 'second' })
  const third = await begin(place, { kind: 'agent', sub: agentId(), taskId: 'third' })
  const child = await begin(place, { ...childOf(root, second.sub), ...launched, kind: 'delegated' })
  const grandchild = await begin(place, childOf(child, third.sub))
  return { app, root, second, third, child, grandchild }
}

async function begin(place: TestStore, members: Partial<Session>): Promise<Session> {
  return place.signIn(sampleMember(members))
}

function childOf({ sid, taskId = '', delegated }: Session, sub: string): Session {
  const depth = (delegated?.depth ?? 0) + 1
  const members = { kind: 'delegated', sub, taskId } as const
  return sampleMember({ ...members, delegated: { parentSid: sid, chainHash: freshHex(64), depth } })
}

function sampleMember(members: Partial<Session>): Session {
  return {
    sid: freshHex(32),
    kind: 'agent',
    sub: '',
    scope: ['read:data:*'],
    currentJti: freshHex(32),
    currentExp: noonSeconds + 300,
    currentHash: freshHex(64),
    lifetime: 300,
    startedAt: noon,
    endsAt: noon + 86_400_000,
    kid: 'kid-of-the-first-key',
    ...members,
  }
}

function agentId(): string {
  return `spiffe://agentwrit.local/agent/o/t/${freshHex(16)}`
}

function entryAbout(
  level: Revocation['level'],
  { sid, sub, currentJti, taskId = '', appId = '' }: Session,
) {
  const targets = { token: currentJti, agent: sub, chain: sub, task: taskId, app: appId }
  const entry = sampleEntry(level, targets[level])
  return level === 'token' ? { ...entry, sid } : entry
}

/** Kept by way of the port that makes such entries. */
async function keep(place: TestStore, entry: Revocation): Promise<KeptRevocation> {
  const { revocations } = place.store
  const admin = presentedBy(await place.signIn())
  const isWhole = entry.level === 'agent' && entry.target.startsWith('app:')
  const outcome = isWhole
    ? await revocations.revokePrincipal(entry, admin, [sampleEvent()])
    : await revocations.revoke(entry, admin, [sampleEvent()])
  assert.equal(outcome.kept, true)
  const kept = await revocations.find(entry.id)
  assert.ok(kept)
  return kept
}

function effectOf({ killed, isComplete }: { killed: number; isComplete: boolean }) {
  return [killed, isComplete]
}
