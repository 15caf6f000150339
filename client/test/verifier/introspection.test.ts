import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { test } from 'node:test'
import { setImmediate as aTurnOfTheLoop } from 'node:timers/promises'
import { Broker, createVerifier, TimeoutError } from '@agentwrit/client'
import type { RefusalReason, Verification, Verifier } from '@agentwrit/client'
import type { VerifierOptions, Wanted } from '@agentwrit/client'
import { testBroker } from '../../../broker/test/test-broker.ts'
import type { TestBroker } from '../../../broker/test/test-broker.ts'
import { unreachableBroker } from '../adapters/world.ts'
import { serve } from '../local-server.ts'
import type { Reply } from '../local-server.ts'
import { testClock } from './test-clock.ts'
import type { TestClock } from './test-clock.ts'

const audience = 'https://records.test'
const issuer = 'https://broker.test'

interface Scene {
  readonly verifier: Verifier
  readonly clock: TestClock
  readonly questions: () => number
  readonly errors: unknown[]
}

function sceneOf(broker: TestBroker, options: Partial<VerifierOptions> = {}): Scene {
  const clock = testClock(broker.now())
  const errors: unknown[] = []
  let questions = 0
  const fetch: typeof globalThis.fetch = (input, init) => {
    questions += 1
    return broker.fetch(input, init)
  }
  const verifier = createVerifier({
    broker: new Broker('http://broker.test', { fetch, surroundings: clock }),
    mode: 'introspect',
    audience,
    issuer,
    onError: (error) => errors.push(error),
    ...options,
  })
  return { verifier, clock, questions: () => questions, errors }
}

const named = { environment: { AA_AUDIENCE: audience, AA_ISSUER: issuer } }

test('a live token is accepted with what it says', async () => {
  await using broker = await testBroker(named)
  const { verifier } = sceneOf(broker)
  const agent = await broker.agent({ scope: ['read:data:*', 'write:data:1'] })
  const result = await verifier.verify(await agent.token(), {
    scope: ['read:data:7', 'write:data:1'],
  })
  assert.ok(result.ok)
  const { auth } = result
  assert.equal(auth.subject, agent.agentId)
  assert.deepEqual(auth.scope, ['read:data:*', 'write:data:1'])
  assert.equal(auth.expiresAt.getTime(), auth.claims.exp * 1000)
  assert.equal(auth.claims.task_id, 'task')
  assert.throws(() => auth.claims.scope.push('admin:audit:*'), TypeError)
})

test('a token that is missing, malformed, dead or not enough is refused with its reason', async () => {
  await using broker = await testBroker(named)
  const { verifier, questions, clock } = sceneOf(broker)
  const agent = await broker.agent()
  const token = await agent.token()
  refused(await verifier.verify(undefined, { scope: 'read:data:1' }), 'missing_token')
  refused(await verifier.verify(''), 'missing_token')
  refused(await verifier.verify('garbage'), 'invalid_token')
  refused(await verifier.verify(7 as unknown as string), 'not_ready')
  assert.equal(questions(), 0)
  const narrow = await verifier.verify(token, { scope: ['read:data:1', 'write:data:1'] })
  assert.deepEqual(narrow, {
    ok: false,
    reason: 'insufficient_scope',
    required: ['read:data:1', 'write:data:1'],
    held: ['read:data:*'],
  })
  await agent.release()
  clock.advance(1_001)
  refused(await verifier.verify(token), 'invalid_token')
})

test('a scope that was meant to be asked for and is missing is covered by nothing', async () => {
  await using broker = await testBroker(named)
  const { verifier } = sceneOf(broker)
  const token = await (await broker.agent()).token()
  for (const scope of [undefined, null, '', ' ', 7, [undefined], ['read:data']]) {
    const wanted = { scope } as unknown as { scope: string }
    refused(await verifier.verify(token, wanted), 'insufficient_scope')
  }
  assert.ok((await verifier.verify(token, { scope: [] })).ok)
})

test('what is asked for under another name than scope, or as no member at all, is covered by nothing', async () => {
  await using broker = await testBroker(named)
  const { verifier } = sceneOf(broker)
  const token = await (await broker.agent()).token()
  const needed = 'write:data:1'
  const meant = [[needed], [], { scopes: [needed] }, { scope: [], scopes: [needed] }, () => needed]
  for (const wanted of meant) {
    refused(await verifier.verify(token, wanted as Wanted), 'insufficient_scope')
  }
  assert.ok((await verifier.verify(token, {})).ok)
})

test('whoever is told of an error and fails later changes nothing', async () => {
  const rejections: unknown[] = []
  const note = (error: unknown) => void rejections.push(error)
  process.on('unhandledRejection', note)
  const verifier = createVerifier({
    broker: unreachableBroker(),
    mode: 'introspect',
    audience,
    issuer,
    onError: async () => {
      throw new Error('the log cannot be written')
    },
  })
  await using broker = await testBroker(named)
  refused(await verifier.verify(await (await broker.agent()).token()), 'not_ready')
  await aTurnOfTheLoop()
  process.off('unhandledRejection', note)
  assert.deepEqual(rejections, [])
})

test('one question serves all who ask at once, and its answer serves for a second', async () => {
  await using broker = await testBroker(named)
  const { verifier, clock, questions } = sceneOf(broker)
  const agent = await broker.agent()
  const token = await agent.token()
  const results = await Promise.all([1, 2, 3].map(() => verifier.verify(token)))
  assert.ok(results.every(({ ok }) => ok))
  assert.equal(questions(), 1)
  await agent.release()
  clock.advance(1_000)
  assert.ok((await verifier.verify(token)).ok)
  assert.equal(questions(), 1)
  clock.advance(1)
  refused(await verifier.verify(token), 'invalid_token')
  assert.equal(questions(), 2)
  refused(await verifier.verify(token), 'invalid_token')
  assert.equal(questions(), 2)
  clock.advance(1_001)
  refused(await verifier.verify(token), 'invalid_token')
  assert.equal(questions(), 3)
})

test('an answer is as old as the older of two clocks says', async () => {
  await using broker = await testBroker(named)
  const { verifier, clock, questions } = sceneOf(broker)
  const token = await (await broker.agent()).token()
  assert.ok((await verifier.verify(token)).ok)
  clock.set(clock.now() + 1_001)
  assert.ok((await verifier.verify(token)).ok)
  assert.equal(questions(), 2)
  clock.advance(1_001)
  clock.set(clock.now() - 5_000)
  assert.ok((await verifier.verify(token)).ok)
  assert.equal(questions(), 3)
})

test('a kept answer does not outlive its token', async () => {
  await using broker = await testBroker(named)
  const { verifier, clock } = sceneOf(broker)
  const result = await verifier.verify(await (await broker.agent({ maxTtl: 60 })).token())
  assert.ok(result.ok)
  const token = await (await broker.agent({ maxTtl: 60 })).token()
  clock.set(result.auth.expiresAt.getTime() - 500)
  assert.ok((await verifier.verify(token)).ok)
  clock.advance(500)
  refused(await verifier.verify(token), 'token_expired')
})

test('the audience is asked about, and an issuer that is not ours is refused', async () => {
  await using broker = await testBroker(named)
  const token = await (await broker.agent()).token()
  const other = sceneOf(broker, { audience: 'https://elsewhere.test' })
  refused(await other.verifier.verify(token), 'invalid_token')
  const foreign = sceneOf(broker, { issuer: 'https://elsewhere.test' })
  refused(await foreign.verifier.verify(token), 'wrong_issuer')
  const any = sceneOf(broker, { audience: null, issuer: null })
  assert.ok((await any.verifier.verify(token)).ok)
})

test('a broker that does not know of audiences opens nothing', async () => {
  await using broker = await testBroker({ environment: { AA_ISSUER: issuer } })
  const token = await (await broker.agent()).token()
  const { claims } = (await broker.client.validate(token)) as { claims: object }
  await using server = await serve(() => ({ body: { valid: true, claims } }))
  const verifier = verifierAt(server.url, testClock(broker.now()))
  refused(await verifier.verify(token), 'wrong_audience')
})

const unusable: Readonly<Record<string, Reply | 'hang up'>> = {
  'an error': { status: 503 },
  'no JSON': { body: 'yes' },
  'another document': { body: { active: true } },
  'valid without claims': { body: { valid: true } },
  'the claims of another token': { body: { valid: true, claims: { jti: 'f'.repeat(32) } } },
  'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
  'a broken connection': 'hang up',
}

for (const [what, reply] of Object.entries(unusable)) {
  test(`a broker that answers with ${what} is no yes, and is asked again at once`, async () => {
    await using broker = await testBroker(named)
    const token = await (await broker.agent()).token()
    await using server = await serve(() => reply)
    const errors: unknown[] = []
    const verifier = verifierAt(server.url, testClock(broker.now()), (error) => errors.push(error))
    refused(await verifier.verify(token), 'not_ready')
    refused(await verifier.verify(token), 'not_ready')
    assert.equal(server.received.length, 2)
    assert.equal(errors.length, 2)
    assert.ok(!inspect(errors, { depth: 9 }).includes(token.slice(-40)))
  })
}

test('an answer that comes too late is not believed', async () => {
  await using broker = await testBroker(named)
  const token = await (await broker.agent()).token()
  const clock = testClock(broker.now())
  const slow: typeof fetch = async (input, init) => {
    const answer = await broker.fetch(input, init)
    clock.advance(5_001)
    return answer
  }
  const verifier = createVerifier({
    broker: new Broker('http://broker.test', { fetch: slow, surroundings: clock }),
    mode: 'introspect',
    audience,
    issuer,
  })
  refused(await verifier.verify(token), 'not_ready')
})

test('it is ready as soon as the broker answers', async () => {
  let isUp = false
  await using server = await serve(() => (isUp ? { body: { valid: false } } : { status: 503 }))
  const clock = testClock(Date.UTC(2026, 0, 2))
  const verifier = verifierAt(server.url, clock)
  await assert.rejects(verifier.ready({ timeout: 50 }), TimeoutError)
  const gone = new Error('gone')
  await assert.rejects(verifier.ready({ signal: AbortSignal.abort(gone) }), gone)
  isUp = true
  await verifier.ready()
})

test('a closed verifier refuses whatever it has accepted before, and is never ready', async () => {
  await using broker = await testBroker(named)
  const { verifier } = sceneOf(broker)
  const token = await (await broker.agent()).token()
  assert.ok((await verifier.verify(token)).ok)
  const underWay = verifier.verify(await (await broker.agent()).token())
  await verifier.close()
  refused(await underWay, 'not_ready')
  refused(await verifier.verify(token), 'not_ready')
  await assert.rejects(verifier.ready({ timeout: 50 }))
})

test('what is wrong with the options is told before anything is verified', () => {
  const good = { broker: 'http://broker.test', mode: 'introspect', audience, issuer } as const
  const wrong: Partial<Record<keyof VerifierOptions, unknown>>[] = [
    { audience: undefined },
    { audience: '' },
    { audience: false },
    { audience: [audience] },
    { issuer: undefined },
    { issuer: '' },
    { mode: undefined },
    { mode: 'both' },
    { mode: 'offline' },
    { mode: 'offline', credentials: { clientId: 'a' } },
    { broker: 'records' },
  ]
  for (const change of wrong) {
    const options = { ...good, ...change } as unknown as VerifierOptions
    assert.throws(() => createVerifier(options), TypeError, JSON.stringify(change))
  }
  for (const change of [{ maxStaleness: 5 }, { maxStaleness: 1e6 }, { cacheBytes: 1 }]) {
    assert.throws(() => createVerifier({ ...good, ...change }), RangeError)
  }
})

test('an error in what is told about errors changes nothing', async () => {
  await using server = await serve(() => ({ status: 503 }))
  await using broker = await testBroker(named)
  const verifier = verifierAt(server.url, testClock(broker.now()), () => {
    throw new Error('the log is full')
  })
  refused(await verifier.verify(await (await broker.agent()).token()), 'not_ready')
})

function verifierAt(
  url: string,
  surroundings: TestClock,
  onError?: (error: unknown) => void,
): Verifier {
  const broker = new Broker(url, { surroundings, maxRetries: 0 })
  return createVerifier({
    broker,
    mode: 'introspect',
    audience,
    issuer,
    ...(onError && { onError }),
  })
}

function refused(result: Verification, reason: RefusalReason): void {
  assert.ok(!result.ok)
  assert.equal(result.reason, reason)
  if (reason !== 'insufficient_scope') assert.deepEqual(result.held, [])
}
