import assert from 'node:assert/strict'
import { copyFileSync, renameSync, rmSync } from 'node:fs'
import { test } from 'node:test'
import { ask, assertProblem } from '../ask.ts'
import { isValid, makeLaunchToken, prepare, renew, signIn } from '../faults/errand.ts'
import { registration } from '../proof.ts'
import { accept, copyDatabase, putBack } from '../restored.ts'
import { adminSecret, testBroker, type TestBroker } from '../test-broker.ts'
import { StoreOpenError } from '../../src/store/store-open-error.ts'

const renewalKey = 'the-key-of-one-renewal'

interface Registered {
  readonly id: string
  readonly token: string
}

async function registerAgent(broker: TestBroker, bearer: string, name: string) {
  const body = await prepare(broker, await makeLaunchToken(broker, bearer, name), name)
  const answer = await ask(broker, 'POST', '/v1/register', { body })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  const { agent_id: id, access_token: token } = answer.body
  return { id: String(id), token: String(token) } satisfies Registered
}

async function delegate(broker: TestBroker, from: Registered, to: Registered): Promise<string> {
  const body = { delegate_to: to.id, scope: ['read:data:*'], ttl: 200 }
  const answer = await ask(broker, 'POST', '/v1/delegate', { bearer: from.token, body })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return String(answer.body['access_token'])
}

async function revoke(broker: TestBroker, bearer: string, level: string, target: string) {
  const answer = await ask(broker, 'POST', '/v1/revoke', { bearer, body: { level, target } })
  assert.equal(answer.status, 200)
}

async function registerApp(broker: TestBroker, bearer: string) {
  const body = { name: 'tenant', scopes: ['read:data:*'] }
  const { body: made } = await ask(broker, 'POST', '/v1/admin/apps', { bearer, body })
  const { client_id, client_secret } = made
  return { client_id, client_secret }
}

async function signInApp(broker: TestBroker, body: object): Promise<string> {
  const answer = await ask(broker, 'POST', '/v1/app/auth', { body })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return String(answer.body['access_token'])
}

/** Every kind of credential, some from before the copy of the database was made, some from after it. */
async function liveThrough(broker: TestBroker) {
  const admin = await signIn(broker, adminSecret)
  const appSecret = await registerApp(broker, admin)
  const app = await signInApp(broker, appSecret)
  const [first, second] = [
    await registerAgent(broker, admin, 'first'),
    await registerAgent(broker, admin, 'second'),
  ]
  const delegated = await delegate(broker, first, second)
  const unused = await makeLaunchToken(broker, admin, 'unused')
  await revoke(broker, admin, 'task', 'forbidden-task')
  let copy = ''
  await broker.restart(async () => void (copy = copyDatabase(broker)))
  const renewed = await renew(broker, first.token, renewalKey)
  await revoke(broker, admin, 'agent', second.id)
  const third = await registerAgent(broker, admin, 'third')
  const later = await signIn(broker, adminSecret)
  const unknown = await makeLaunchToken(broker, later, 'unknown')
  return {
    copy,
    appSecret,
    first,
    second,
    launchTokens: [unused, unknown],
    admins: [admin, later],
    apps: [app],
    agents: [first.token, renewed, second.token, third.token, delegated],
  }
}

async function refusesToStart(broker: TestBroker, meanwhile: () => Promise<void>): Promise<void> {
  await assert.rejects(broker.restart(meanwhile), (error) => {
    assert.ok(error instanceof StoreOpenError)
    assert.match(error.message, /`awrit restore accept`/)
    assert.ok(error.message.includes(broker.databasePath))
    return true
  })
}

test('a broker does not start on a restored database, and does on the newest one', async () => {
  await using broker = await testBroker()
  const { copy, agents, second } = await liveThrough(broker)
  const newest = `${broker.databasePath}.newest`
  await refusesToStart(broker, async () => {
    copyFileSync(broker.databasePath, newest)
    putBack(broker, copy)
  })
  await refusesToStart(broker, async () => undefined)
  await broker.restart(async () => putBack(broker, newest))
  assert.equal(await isValid(broker, agents[1] ?? ''), true)
  assert.equal(await isValid(broker, second.token), false)
})

test('a broker does not found a new store where one has been', async () => {
  await using broker = await testBroker()
  await signIn(broker, adminSecret)
  await refusesToStart(broker, async () => rmSync(broker.databasePath))
  // Who wants to begin anew says so.
  await broker.restart(async () => rmSync(`${broker.databasePath}.high-water`))
})

test('after an operator accepts a restored database nothing of before it comes back', async () => {
  await using broker = await testBroker()
  const { copy, launchTokens, admins, apps, agents, first, second } = await liveThrough(broker)
  await refusesToStart(broker, async () => putBack(broker, copy))
  const { notBefore } = await accept(broker)
  assert.ok(notBefore * 1000 >= broker.now() + 3000)
  await broker.restart()
  broker.advance(10_000)

  for (const token of [...admins, ...apps, ...agents]) {
    assert.equal(await isValid(broker, token), false)
    assertProblem(
      await ask(broker, 'POST', '/v1/token/renew', { bearer: token }),
      401,
      'unauthorized',
    )
  }
  const repeat = { bearer: first.token, idempotencyKey: renewalKey }
  assertProblem(await ask(broker, 'POST', '/v1/token/renew', repeat), 401, 'unauthorized')
  const onward = { delegate_to: second.id, scope: ['read:data:*'] }
  for (const bearer of agents) {
    assertProblem(
      await ask(broker, 'POST', '/v1/delegate', { bearer, body: onward }),
      401,
      'unauthorized',
    )
  }
  for (const launchToken of launchTokens) {
    const body = await prepare(broker, launchToken, 'late')
    assertProblem(await ask(broker, 'POST', '/v1/register', { body }), 401, 'unauthorized')
  }
  for (const bearer of [...admins, ...apps]) {
    const body = { agent_name: 'late', allowed_scope: ['read:data:*'], max_ttl: 60 }
    const path = apps.includes(bearer) ? '/v1/app/launch-tokens' : '/v1/admin/launch-tokens'
    assertProblem(await ask(broker, 'POST', path, { bearer, body }), 401, 'unauthorized')
  }
  const before = await broker.broker.context.store.head()
  // Over already (contract 4.5): the answer is 204, the presentation is audited, and nothing else happens.
  const release = await ask(broker, 'POST', '/v1/token/release', { bearer: first.token })
  assert.equal(release.status, 204)
  const events = await broker.broker.context.store.audit.read(before.seq + 1, 10)
  assert.ok(events.every(({ event_type: type }) => type === 'token_revoked_access'))
})

test('nothing is issued before the new epoch begins, and from then on life goes on', async () => {
  await using broker = await testBroker()
  const { copy, appSecret } = await liveThrough(broker)
  await refusesToStart(broker, async () => putBack(broker, copy))
  const { epoch, notBefore } = await accept(broker)
  await broker.restart()
  const wait = Math.ceil((notBefore * 1000 - broker.now()) / 1000)
  const early = [
    await ask(broker, 'GET', '/readyz'),
    await ask(broker, 'POST', '/v1/admin/auth', { body: { secret: adminSecret } }),
    await ask(broker, 'POST', '/v1/app/auth', { body: appSecret }),
  ]
  for (const answer of early) {
    assertProblem(answer, 503, 'service_unavailable')
    assert.equal(answer.headers.get('retry-after'), String(wait))
  }
  broker.advance(notBefore * 1000 - broker.now())
  assert.equal((await ask(broker, 'GET', '/readyz')).status, 200)

  const admin = await signIn(broker, adminSecret)
  const app = await signInApp(broker, appSecret)
  const [one, two] = [
    await registerAgent(broker, admin, 'one'),
    await registerAgent(broker, admin, 'two'),
  ]
  const delegated = await delegate(broker, one, two)
  const renewed = await renew(broker, one.token)
  for (const token of [admin, app, renewed, two.token, delegated]) {
    assert.equal(await isValid(broker, token), true)
  }
  // Entries of the copy are in force.
  const launchToken = await makeLaunchToken(broker, admin, 'again')
  const body = registration({
    launchToken,
    nonce: String((await ask(broker, 'GET', '/v1/challenge')).body['nonce']),
  })
  const forbidden = { ...body, task_id: 'forbidden-task' }
  assertProblem(await ask(broker, 'POST', '/v1/register', { body: forbidden }), 403, 'forbidden')

  const { store } = broker.broker.context
  assert.equal((await store.head()).epoch, epoch)
  const changes = (await store.audit.read(1, 1000)).filter(
    ({ event_type: type }) => type === 'epoch_changed',
  )
  assert.deepEqual(
    changes.map(({ actor, outcome, detail }) => ({ actor, outcome, detail })),
    [
      {
        actor: 'system',
        outcome: 'success',
        detail: `epoch changed | cause=restore_accepted | not_before=${notBefore}`,
      },
    ],
  )
  // The next start compares with what was accepted.
  await broker.restart()
  assert.equal(await isValid(broker, admin), true)
})

test('a running broker notices that an older copy was written over its database', async () => {
  await using broker = await testBroker()
  const { copy } = await liveThrough(broker)
  const refusal = {
    event_type: 'token_auth_failed',
    actor: 'x',
    outcome: 'denied',
    detail: '',
  } as const
  await broker.broker.context.store.audit.append(Array.from({ length: 200 }, () => refusal))
  await broker.restart()
  const { head } = broker.broker.context.live
  await head.look()
  assert.equal(head.isRegressed, false)
  copyFileSync(copy, broker.databasePath)
  await head.look()
  assert.equal(head.isRegressed, true)
})

const replacements: Readonly<Record<string, (broker: TestBroker, copy: string) => void>> = {
  'an older copy was moved in its place': ({ databasePath }, copy) =>
    renameSync(copy, databasePath),
  'it was removed': ({ databasePath }) => rmSync(databasePath),
  'its log was removed': ({ databasePath }) => rmSync(`${databasePath}-wal`),
}

for (const [what, replace] of Object.entries(replacements)) {
  test(`a running broker answers nothing from its database any more once ${what}`, async () => {
    await using broker = await testBroker()
    const { copy, admins } = await liveThrough(broker)
    const { head } = broker.broker.context.live
    await head.look()
    assert.equal(head.isRegressed, false)
    replace(broker, copy)
    await head.look()
    await head.look()

    for (const [method, path] of [
      ['GET', '/readyz'],
      ['GET', '/v1/challenge'],
      ['GET', '/.well-known/jwks.json'],
      ['POST', '/v1/token/validate'],
      ['POST', '/v1/register'],
      ['POST', '/v1/admin/auth'],
    ] as const) {
      const answer = await ask(broker, method, path, method === 'POST' ? { body: {} } : {})
      assertProblem(answer, 503, 'service_unavailable')
    }
    const [bearer = ''] = admins
    const listed = await ask(broker, 'GET', '/v1/admin/apps', { bearer })
    assertProblem(listed, 503, 'service_unavailable')
    assert.equal((await broker.fetch('http://broker.test/livez')).status, 200)
    assert.equal((await broker.fetch('http://broker.test/v1/metrics')).status, 200)
    assert.equal((await ask(broker, 'GET', '/v1/health')).body['status'], 'degraded')
    assert.equal(broker.logged.filter((line) => line.includes('"regression"')).length, 1)
    // What stands there now may be put together from two databases.
    await refusesToStart(broker, async () => undefined)
  })
}
