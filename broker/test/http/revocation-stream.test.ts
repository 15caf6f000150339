import assert from 'node:assert/strict'
import { test } from 'node:test'
import { publishedTargetInput, type RevocationLevel } from '@agentwrit/protocol'
import { sha256 } from '../../src/domain/tokens/sha-256.ts'
import { ask, assertProblem } from '../ask.ts'
import { agentOf, held, revokeAs, signInAdmin, type Held } from '../lineages.ts'
import { sampleSession } from '../store/sample-records.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { listening, openStream, type StreamClient } from './stream-client.ts'

const path = '/v1/revocations/stream'

test('a stream begins with a snapshot, is fresh at once, and then tells each change with its own number', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  const first = await agentOf(broker, admin, 'task-1')
  const killed = await revokeAs(broker, admin, { level: 'agent', target: first.claims.sub })
  using stream = await follow(broker, admin)
  const { epoch, notBefore } = await broker.broker.context.store.head()
  assert.deepEqual(await stream.nextData('snapshot'), {
    seq: 1,
    epoch,
    not_before: notBefore,
    at: Math.floor(broker.now() / 1000),
    part: 1,
    parts: 2,
    entries: [
      {
        action: 'revoke',
        id: killed.body['id'],
        level: 'agent',
        target: hashOf('agent', first.claims.sub),
        revoked_at: new Date(broker.now()).toISOString(),
        exp: admin.claims.exp,
      },
    ],
  })
  const last = await stream.next('snapshot')
  assert.equal(last.id, `${epoch}.1`)
  const fresh = await stream.nextData('fresh')
  assert.deepEqual(fresh, { seq: 1, epoch, as_of: new Date(broker.now()).toISOString() })

  const second = await agentOf(broker, admin, 'task-1')
  await ask(broker, 'POST', '/v1/token/release', { bearer: second.token })
  const released = await stream.next('revocation')
  assert.equal(released.id, `${epoch}.2`)
  assert.partialDeepStrictEqual(JSON.parse(released.data), {
    seq: 2,
    action: 'release',
    level: 'token',
    target: hashOf('token', second.claims.jti),
    sid: second.claims.sid,
  })
})

test('a task is revoked for ever, until that is lifted', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  using stream = await follow(broker, admin)
  await stream.next('fresh')
  const { body } = await revokeAs(broker, admin, { level: 'task', target: 'october' })
  const revoked = await stream.nextData('revocation')
  assert.equal(revoked['target'], hashOf('task', 'october'))
  assert.equal(revoked['exp'], 253_402_300_799)
  assert.equal('lifted_at' in revoked, false)
  const bearer = admin.token
  const lifted = await ask(broker, 'DELETE', `/v1/revocations/${String(body['id'])}`, { bearer })
  const lift = await stream.nextData('revocation')
  assert.partialDeepStrictEqual(lift, {
    seq: 2,
    action: 'lift',
    id: body['id'],
    lifted_at: lifted.body['lifted_at'],
    exp: admin.claims.exp,
  })
  // Who resumes reads what each change said when it was made.
  const epoch = String((await stream.nextData('fresh'))['epoch'])
  using resumed = await follow(broker, admin, `${epoch}.0`)
  assert.deepEqual(await resumed.nextData('revocation'), revoked)
  assert.deepEqual(await resumed.nextData('revocation'), lift)
})

test('a renewal that narrows is told, another one is not', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  const registered = await broker.agent({ scope: ['read:data:*', 'write:data:*'] })
  const agent = held({ access_token: await registered.token() })
  using stream = await follow(broker, admin)
  await stream.next('fresh')
  const renewed = await renew(broker, agent)
  const again = await renew(broker, renewed, ['read:data:*', 'write:data:*'])
  const narrowed = await renew(broker, again, ['read:data:*'])
  assert.deepEqual(await stream.nextData('revocation'), {
    seq: 1,
    action: 'supersede',
    jti: again.claims.jti,
    exp: again.claims.exp,
  })
  await ask(broker, 'POST', '/v1/token/release', { bearer: narrowed.token })
  assert.equal((await stream.nextData('revocation'))['seq'], 2)
})

test('the sessions of a principal are told one by one, and the entry about it is not', async () => {
  await using broker = await streaming()
  const admins = [await signInAdmin(broker), await signInAdmin(broker)]
  const [admin] = admins
  assert.ok(admin)
  using stream = await follow(broker, admin)
  await stream.next('fresh')
  using other = await follow(broker, admin)
  await other.next('fresh')
  const { body } = await revokeAs(broker, admin, { level: 'agent', target: 'admin' })
  // The bearer of both streams is dead: they end without telling.
  await Promise.all([stream.ended(), other.ended()])
  const next = await signInAdmin(broker)
  using later = await follow(broker, next)
  const { entries } = await later.nextData('snapshot')
  assert.ok(Array.isArray(entries))
  assert.deepEqual(
    new Set(entries.map((entry: { sid: string }) => entry.sid)),
    new Set(admins.map(({ claims }) => claims.sid)),
  )
  for (const entry of entries) {
    assert.equal(entry.level, 'token')
    assert.equal(entry.action, 'revoke')
    assert.ok(String(entry.id).startsWith(`${String(body['id'])}.`))
  }
})

test('an emergency rotation ends a key, and every snapshot knows of it', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  const { body } = await ask(broker, 'POST', '/v1/admin/keys/rotate', { bearer: admin.token })
  const fresh = await signInAdmin(broker)
  using stream = await follow(broker, fresh)
  await stream.next('fresh')
  const emergency = { emergency: true, kid: body['previous_kid'] }
  const rotated = await ask(broker, 'POST', '/v1/admin/keys/rotate', {
    bearer: fresh.token,
    body: emergency,
  })
  assert.equal(rotated.status, 200)
  const told = { action: 'retire_key', kid: body['previous_kid'] }
  assert.deepEqual(await stream.nextData('revocation'), { seq: 1, ...told })
  using later = await follow(broker, fresh)
  assert.deepEqual((await later.nextData('snapshot'))['entries'], [told])
})

test('who resumes gets what was missed once, and a snapshot if the id is of no use', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  for (const target of ['one', 'two', 'three'])
    await revokeAs(broker, admin, { level: 'task', target })
  const { epoch } = await broker.broker.context.store.head()
  using resumed = await follow(broker, admin, `${epoch}.1`)
  assert.equal((await resumed.next('revocation')).id, `${epoch}.2`)
  assert.equal((await resumed.next('revocation')).id, `${epoch}.3`)
  assert.equal((await resumed.nextData('fresh'))['seq'], 3)
  assert.equal(resumed.text().includes('snapshot'), false)
  for (const useless of [undefined, `0123456789abcdef.1`, `${epoch}.4`]) {
    using begun = await follow(broker, admin, useless)
    assert.equal((await begun.nextData('snapshot'))['seq'], 3)
  }
})

test('a malformed Last-Event-ID is refused', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  for (const lastEventId of [
    '1',
    'x.1',
    '0123456789abcdef.',
    '0123456789ABCDEF.1',
    '0123456789abcdef.01',
  ]) {
    using refused = await follow(broker, admin, lastEventId)
    await refused.ended()
    assert.equal(refused.status, 400)
    assert.equal(JSON.parse(refused.text()).error_code, 'invalid_request')
  }
})

test('changes are retained for a day, entries for as long as they matter', async () => {
  await using broker = await streaming()
  const old = await signInAdmin(broker)
  await revokeAs(broker, old, { level: 'task', target: 'october' })
  await revokeAs(broker, old, {
    level: 'chain',
    target: 'spiffe://agentwrit.local/agent/o/t/0011223344556677',
  })
  const { epoch } = await broker.broker.context.store.head()
  broker.advance(24 * 60 * 60 * 1000 + 10 * 60 * 1000)
  await broker.broker.context.store.prune()
  const admin = await signInAdmin(broker)
  using resumed = await follow(broker, admin, `${epoch}.0`)
  const { entries } = await resumed.nextData('snapshot')
  assert.ok(Array.isArray(entries))
  assert.deepEqual(
    entries.map((entry: { target: string }) => entry.target),
    [hashOf('task', 'october')],
  )
})

test('a snapshot comes in parts of at most a thousand, and what is long ago comes once and in order', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  const count = 1100
  await beginSessions(broker, count)
  const { epoch } = await broker.broker.context.store.head()
  await revokeAs(broker, admin, { level: 'agent', target: 'app:crowd' })
  using stream = await follow(broker, admin)
  const parts: { part: number; parts: number; entries: { sid: string }[] }[] = []
  const ids: (string | undefined)[] = []
  for (let isMore = true; isMore;) {
    const { id, data } = await stream.next('snapshot')
    ids.push(id)
    parts.push(JSON.parse(data))
    isMore = parts.length < (parts[0]?.parts ?? 0)
  }
  for (const { entries } of parts) assert.ok(entries.length <= 1000)
  assert.deepEqual(
    parts.map(({ part }) => part),
    [1, 2, 3],
  )
  assert.deepEqual(ids, [undefined, undefined, `${epoch}.${count}`])
  assert.equal(new Set(parts.flatMap(({ entries }) => entries.map(({ sid }) => sid))).size, count)
  using resumed = await follow(broker, admin, `${epoch}.0`)
  for (let seq = 1; seq <= count; seq += 1) {
    assert.equal((await resumed.next('revocation')).id, `${epoch}.${seq}`)
  }
  assert.equal(resumed.text().includes('snapshot'), false)
})

test('HEAD answers with the headers of the stream and ends', async () => {
  await using broker = await streaming()
  const admin = await signInAdmin(broker)
  using head = await openStream(broker, path, { bearer: admin.token, method: 'HEAD' })
  await head.ended()
  using stream = await follow(broker, admin)
  assert.equal(head.status, 200)
  const { date: _, 'x-request-id': own, ...headers } = head.headers
  assert.match(String(own), /^[0-9a-f]{16}$/)
  assert.partialDeepStrictEqual(stream.headers, headers)
  assert.equal(stream.headers['content-type'], 'text/event-stream')
  assert.equal(stream.headers['cache-control'], 'no-store')
  assert.equal(stream.headers['x-content-type-options'], 'nosniff')
  assert.equal(head.text(), '')
  await stream.next('fresh')
  assert.ok(stream.text().startsWith('retry: 2000\n\n'))
})

test('an agent follows nothing', async () => {
  await using broker = await streaming()
  const agent = await agentOf(broker, await signInAdmin(broker))
  assertProblem(await ask(broker, 'GET', path, { bearer: agent.token }), 403, 'forbidden')
  assertProblem(await ask(broker, 'GET', path), 401, 'unauthorized')
})

function streaming(): Promise<TestBroker> {
  return testBroker({ environment: { AA_PORT: '0', AA_ADMIN_TOKEN_TTL: '3600' } }).then(listening)
}

function follow(broker: TestBroker, { token }: Held, lastEventId?: string): Promise<StreamClient> {
  const resume = lastEventId === undefined ? {} : { lastEventId }
  return openStream(broker, path, { bearer: token, ...resume })
}

/** Logins of an app, kept without asking for each. */
async function beginSessions(broker: TestBroker, count: number): Promise<void> {
  const { store, keys } = broker.broker.context
  const exp = Math.floor(broker.now() / 1000) + 1800
  const members = { kind: 'app', sub: 'app:crowd', appId: 'crowd', currentExp: exp } as const
  const sessions = Array.from({ length: count }, () => sampleSession(members))
  await Promise.all(sessions.map((one) => store.sessions.begin(one, keys.activeKid, [])))
}

function hashOf(level: RevocationLevel, target: string): string {
  return sha256(publishedTargetInput(level, target))
}

async function renew(broker: TestBroker, { token }: Held, scope?: string[]): Promise<Held> {
  const body = scope === undefined ? {} : { body: { scope } }
  return held((await ask(broker, 'POST', '/v1/token/renew', { bearer: token, ...body })).body)
}
