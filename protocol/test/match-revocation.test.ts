import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import {
  lineageOf,
  matchesRevocation,
  revocationLevels,
  type Claims,
  type RevocationEntry,
} from '@agentwrit/protocol'
import { agents, arbitraryPath, renewed, tokenId } from './arbitrary-path.ts'
import { readVector } from './read-vector.ts'

const { claims: root } = readVector('token')
const { claims: delegated } = readVector('delegated-token')
const paths = arbitraryPath(0)
const revoked = { released: false }
/** A jti of which nothing is known but its session. */
const superseded = tokenId('superseded', 0)

test('a lineage names every session, login, agent and app that a token comes from', () => {
  assert.deepEqual(lineageOf(delegated), {
    jti: '40'.repeat(16),
    sessions: ['41'.repeat(16), '21'.repeat(16), '11'.repeat(16)],
    launchingSessions: ['30'.repeat(16)],
    agents: [
      'spiffe://agentwrit.local/agent/o/t3/0123456789abcdef',
      'spiffe://agentwrit.local/agent/o/t/0011223344556677',
      'spiffe://agentwrit.local/agent/o/t2/8899aabbccddeeff',
    ],
    taskId: 't',
    root: 'spiffe://agentwrit.local/agent/o/t/0011223344556677',
    apps: ['app-demo-0a1b2c'],
  })
})

test('a lineage of nothing but a token has nothing empty in it', () => {
  const { sid: _sid, lsid: _lsid, app_id: _app, task_id: _task, ...old } = root
  assert.deepEqual(lineageOf({ ...old, sub: 'admin' }), {
    jti: root.jti,
    sessions: [],
    launchingSessions: [],
    agents: [],
    root: 'admin',
    apps: [],
  })
})

test('revoking or releasing a token kills its session and what was delegated from it, nothing above', () => {
  eachCut(({ path, at, claims, index }) => {
    for (const released of [true, false]) {
      const sid = path[at]?.sid ?? ''
      const entry = { level: 'token', target: superseded, sid, released } as const
      assertKills(entry, claims, index >= at)
    }
  })
})

test('a jti whose session is not known kills itself alone', () => {
  eachCut(({ path, at, claims, index }) => {
    const target = path[at]?.jti ?? ''
    const entry: RevocationEntry = { level: 'token', target, ...revoked }
    assert.equal(matchesRevocation(entry, claims), index === at)
    assert.equal(matchesRevocation(entry, renewed(claims)), false)
  })
})

test('revoking a login kills what it launched and what that delegated; releasing it spares them', () => {
  eachCut(({ path, claims, index }) => {
    const logins = path.slice(0, index + 1).map(({ sub }) => lsidOf(sub))
    for (const login of [tokenId('login', 0), tokenId('login', 1)]) {
      const entry = { level: 'token', target: superseded, sid: login } as const
      assertKills({ ...entry, released: false }, claims, logins.includes(login))
      assertKills({ ...entry, released: true }, claims, false)
    }
  })
})

test('revoking an agent kills its tokens and all it has delegated, at any distance', () => {
  eachCut(({ path, claims, index }) => {
    const past = path.slice(0, index + 1).map(({ sub }) => sub)
    for (const { sub } of agents) {
      assertKills({ level: 'agent', target: sub, ...revoked }, claims, past.includes(sub))
    }
  })
})

test('revoking a task kills what was registered for it and inherits it', () => {
  eachCut(({ path, claims }) => {
    for (const target of ['t0', 't1', 't2', 't3']) {
      assertKills({ level: 'task', target, ...revoked }, claims, path[0]?.task_id === target)
    }
  })
})

test('revoking a chain kills all that goes back to its root, not what only passes through that agent', () => {
  eachCut(({ path, claims }) => {
    for (const { sub } of agents) {
      assertKills({ level: 'chain', target: sub, ...revoked }, claims, path[0]?.sub === sub)
    }
  })
})

test('deregistering an app kills its agents, what they delegated, and its own tokens', () => {
  eachCut(({ path, claims, index }) => {
    const past = path.slice(0, index + 1).map(({ sub }) => appOf(sub))
    for (const target of ['app-0', 'app-1']) {
      assertKills({ level: 'app', target, ...revoked }, claims, past.includes(target))
    }
  })
  const { app_id: _, ...claims } = root
  const entry = { level: 'app', target: 'app-0', ...revoked } as const
  assertKills(entry, { ...claims, sub: 'app:app-0' }, true)
  assertKills(entry, { ...claims, sub: 'app:app-00' }, false)
  assertKills(entry, { ...claims, sub: 'app-0' }, false)
})

test('revoking admin or an app as an agent blocks nobody who signs in afterwards', () => {
  for (const target of ['admin', 'app:app-0', 'operator:eve']) {
    assertKills({ level: 'agent', target, ...revoked }, { ...root, sub: target }, false)
  }
})

test('a lifted task kills what was issued before, and nothing issued from then on', () => {
  const liftedAt = root.iat * 1000
  const entry = { level: 'task', target: 't', ...revoked, liftedAt } as const
  assertKills(entry, { ...root, iat: root.iat - 1 }, true)
  assertKills(entry, root, false)
  assertKills(entry, { ...root, iat: root.iat + 1 }, false)
  assertKills({ ...entry, level: 'chain', target: root.sub }, root, true)
})

test('a target is compared as an exact string, within its level', () => {
  for (const level of revocationLevels) {
    for (const target of ['', ' ', '*', 't*', 'T', 'ｔ', root.sub.toUpperCase()]) {
      assertKills({ level, target, ...revoked }, root, false)
    }
  }
  assertKills({ level: 'task', target: root.sub, ...revoked }, root, false)
  assertKills({ level: 'token', target: root.sid ?? '', ...revoked }, root, false)
})

test('an entry without a session does not meet a token without one', () => {
  const { sid: _, lsid: _lsid, ...old } = root
  assertKills({ level: 'token', target: superseded, ...revoked }, old, false)
})

test('an entry of a level from the future kills what it cannot be seen to spare', () => {
  const entry: unknown = { level: 'planet', target: 'earth', released: false }
  assertKills(entry as RevocationEntry, root, true)
})

interface Cut {
  readonly path: readonly Claims[]
  /** The place that is cut. */
  readonly at: number
  /** The token at `index` of the path. */
  readonly claims: Claims
  readonly index: number
}

/** Every token of random paths, with every place at which its path may be cut. */
function eachCut(check: (cut: Cut) => void): void {
  fc.assert(
    fc.property(paths, (path) => {
      for (const at of path.keys()) {
        for (const [index, claims] of path.entries()) check({ path, at, claims, index })
      }
    }),
    { numRuns: 40 },
  )
}

/** Renewals share the fate of the token that they succeed. */
function assertKills(entry: RevocationEntry, claims: Claims, isKilled: boolean): void {
  assert.equal(matchesRevocation(entry, claims), isKilled)
  assert.equal(matchesRevocation(entry, renewed(claims)), isKilled)
}

function lsidOf(sub: string): string | undefined {
  return agents.find((agent) => agent.sub === sub)?.lsid
}

function appOf(sub: string): string | undefined {
  return agents.find((agent) => agent.sub === sub)?.app_id
}
