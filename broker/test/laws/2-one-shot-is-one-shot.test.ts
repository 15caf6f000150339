import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as fc from 'fast-check'
import { ask, assertProblem } from '../ask.ts'
import { freshNonce, launchToken, makeKey, register, registration } from '../proof.ts'
import { testBroker } from '../test-broker.ts'

const inParallel = <Result>(times: number, action: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: times }, (_, index) => action(index)))

function countStatus(answers: readonly { readonly status: number }[], status: number): number {
  return answers.filter((answer) => answer.status === status).length
}

test('of a thousand parallel registrations with one single-use launch token exactly one succeeds', async () => {
  await using broker = await testBroker()
  const token = await launchToken(broker)
  const asked = await inParallel(1000, async () =>
    registration({ launchToken: token, nonce: await freshNonce(broker) }),
  )
  const answers = await Promise.all(asked.map((body) => register(broker, body)))
  assert.equal(countStatus(answers, 200), 1)
  assert.equal(countStatus(answers, 401), 999)
  assert.equal(await broker.broker.context.store.agents.countActive(broker.now()), 1)
})

test('of a thousand parallel renewals of one token exactly one gets a successor', async () => {
  await using broker = await testBroker()
  const bearer = await (await broker.agent()).token()
  const answers = await inParallel(1000, () => ask(broker, 'POST', '/v1/token/renew', { bearer }))
  assert.equal(countStatus(answers, 200), 1)
  assert.equal(countStatus(answers, 401), 999)
})

test('a thousand parallel renewals with one key get one and the same successor', async () => {
  await using broker = await testBroker()
  const shown = { bearer: await (await broker.agent()).token(), idempotencyKey: 'k'.repeat(22) }
  const answers = await inParallel(1000, () => ask(broker, 'POST', '/v1/token/renew', shown))
  assert.equal(countStatus(answers, 200), 1000)
  const successors = new Set(answers.map(({ body }) => body['access_token']))
  assert.equal(successors.size, 1)
  const renewals = await broker.broker.context.store.audit.read(1, 2000)
  assert.equal(renewals.filter((event) => event.event_type === 'token_renewed').length, 1)
})

interface KeyedRenewal {
  readonly key: string | undefined
  readonly scope: readonly string[] | undefined
}

/** What somebody gets who was not first. */
function statusAfter(first: KeyedRenewal, other: KeyedRenewal): number {
  if (other.key === undefined || other.key !== first.key) return 401
  return String(other.scope) === String(first.scope) ? 200 : 409
}

const wantedRenewal = fc.record({
  key: fc.constantFrom(undefined, 'a', 'b', 'c'),
  scope: fc.constantFrom(undefined, undefined, undefined, ['read:data:1']),
  /** Turns of the event loop before it is sent. */
  delay: fc.nat(12),
})
const renewals = fc.array(wantedRenewal, { minLength: 2, maxLength: 12 })

test('however renewals with keys interleave, one key alone gets one successor, and all others nothing', async () => {
  await using broker = await testBroker()
  await fc.assert(
    fc.asyncProperty(renewals, async (wanted) => {
      const bearer = await (await broker.agent()).token()
      const answers = await Promise.all(
        wanted.map(async ({ key, scope, delay }) => {
          for (let turn = 0; turn < delay; turn += 1) await nextTurn()
          const { status, body } = await ask(broker, 'POST', '/v1/token/renew', {
            bearer,
            ...(key === undefined ? {} : { idempotencyKey: key.repeat(22) }),
            ...(scope === undefined ? {} : { body: { scope } }),
          })
          return { status, key, scope, successor: body['access_token'] }
        }),
      )
      const [winner, ...repeats] = answers.filter(({ status }) => status === 200)
      assert.ok(winner !== undefined)
      assert.ok(repeats.every(({ successor }) => successor === winner.successor))
      for (const answer of answers) {
        if (answer !== winner) assert.equal(answer.status, statusAfter(winner, answer))
      }
      assert.equal((await broker.client.validate(bearer)).valid, false)
      assert.equal((await broker.client.validate(String(winner.successor))).valid, true)
    }),
    { numRuns: 60 },
  )
})

test('a nonce proves one key, even if the launch token may be used often and the broker restarts between', async () => {
  await using broker = await testBroker()
  const token = await launchToken(broker, { singleUse: false })
  const nonce = await freshNonce(broker)
  const again = () => register(broker, registration({ launchToken: token, nonce, key: makeKey() }))
  assert.equal((await again()).status, 200)
  assertProblem(await again(), 401, 'unauthorized')
  await broker.restart()
  assertProblem(await again(), 401, 'unauthorized')
})

test('a multi-use launch token registers any number of agents until it expires', async () => {
  await using broker = await testBroker()
  const token = await launchToken(broker, { singleUse: false, ttl: 60 })
  const once = async () =>
    register(broker, registration({ launchToken: token, nonce: await freshNonce(broker) }))
  const answers = await inParallel(20, once)
  assert.equal(countStatus(answers, 200), 20)
  broker.advance(60_000)
  assertProblem(await once(), 401, 'unauthorized')
})

test('a used launch token stays used after a restart', async () => {
  await using broker = await testBroker()
  const token = await launchToken(broker)
  const once = async () =>
    register(broker, registration({ launchToken: token, nonce: await freshNonce(broker) }))
  assert.equal((await once()).status, 200)
  await broker.restart()
  assertProblem(await once(), 401, 'unauthorized')
})

test('a registration that fails for any reason leaves launch token and nonce usable', async () => {
  await using broker = await testBroker()
  const token = await launchToken(broker)
  const nonce = await freshNonce(broker)
  const good = registration({ launchToken: token, nonce })
  const flawed = [
    { ...good, orch_id: '..' },
    { ...good, task_id: 'x'.repeat(129) },
    { ...good, requested_scope: ['write:data:*'] },
    { ...good, requested_scope: ['admin:revoke:*'] },
    { ...good, requested_scope: [] },
    { ...good, nonce: `${nonce.slice(0, -1)}${nonce.endsWith('0') ? '1' : '0'}` },
    { ...good, public_key: makeKey().publicKey },
    { ...good, public_key: Buffer.alloc(32).toString('base64') },
    { ...good, signature: Buffer.alloc(64, 1).toString('base64') },
    { ...good, signature: good.signature.slice(0, -4) },
  ]
  for (const asked of flawed) {
    const answer = await register(broker, asked)
    assert.ok([400, 401, 403].includes(answer.status), `${answer.status}`)
  }
  assert.equal((await register(broker, good)).status, 200)
})
