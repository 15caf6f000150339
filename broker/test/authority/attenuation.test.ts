import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isReservedScope, isWithin, type Claims } from '@agentwrit/protocol'
import * as fc from 'fast-check'
import { askAsOperator, launchFrom, registerApp, registerWith, signIn } from '../apps.ts'
import { ask, type Answer } from '../ask.ts'
import { decodeToken } from '../decode-token.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { delegate } from './chain.ts'

const action = fc.constantFrom('read', 'write')
const resource = fc.constantFrom('data', 'data', 'data', '*')
const identifier = fc.constantFrom('1', '1:2', '*')
const scope = fc.tuple(action, resource, identifier).map((parts) => parts.join(':'))
const reserved = fc.constantFrom('admin:revoke:*', 'app:agents:*', 'admin:*:*')
const ceiling = fc.uniqueArray(scope, { minLength: 4, maxLength: 8 })
const wish = fc.uniqueArray(fc.oneof({ arbitrary: scope, weight: 19 }, reserved), {
  minLength: 1,
  maxLength: 2,
})

const step = fc.record({
  kind: fc.constantFrom('register', 'delegate', 'delegate', 'delegate', 'renew', 'change ceiling'),
  /** Who asks, and who is to receive: by their places among the tokens so far. */
  from: fc.nat(50),
  to: fc.nat(50),
  wish,
  ceiling,
  ttl: fc.integer({ min: 1, max: 400 }),
})
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

interface Walk {
  readonly broker: TestBroker
  readonly appId: string
  readonly launchToken: string
  readonly launched: readonly string[]
  ceiling: readonly string[]
  readonly bearers: string[]
}

test('no sequence of calls by an app and its agents gets a wider scope, a longer life or a reserved scope', async () => {
  await using broker = await testBroker()
  let [granted, refused] = [0, 0]
  const steps = fc.array(step, { minLength: 10, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(ceiling, steps, async (first, taken) => {
      const walk = await setOut(broker, first)
      for (const one of taken) {
        const parent = walk.bearers[one.from % Math.max(walk.bearers.length, 1)]
        const answer = await take(walk, one, parent)
        broker.advance(500)
        if (answer?.status !== 200) refused += 1
        else if (one.kind !== 'change ceiling') {
          granted += 1
          requireNoGrowth(walk, one, { answer, parent })
        }
      }
    }),
    { numRuns: 80 },
  )
  assert.ok(granted > 80 && refused > 80, `${granted} granted, ${refused} refused`)
})

async function setOut(broker: TestBroker, first: readonly string[]): Promise<Walk> {
  const registered = await registerApp(broker, { scopes: [...first], token_ttl: 86_400 })
  const launchToken = await launchFrom(await signIn(broker, registered), [...first])
  const { app_id: appId } = registered
  return { broker, appId, launchToken, launched: first, ceiling: first, bearers: [] }
}

async function take(
  walk: Walk,
  { kind, to, wish: scopes, ceiling: next, ttl }: Step,
  bearer: string | undefined,
): Promise<Answer | undefined> {
  const { broker, appId, launchToken, bearers } = walk
  if (kind === 'change ceiling') {
    walk.ceiling = next
    return askAsOperator(broker, 'PUT', `/v1/admin/apps/${appId}`, { scopes: next })
  }
  if (kind === 'register') return registerWith(broker, launchToken, scopes)
  if (bearer === undefined) return undefined
  if (kind === 'renew')
    return ask(broker, 'POST', '/v1/token/renew', { bearer, body: { scope: scopes } })
  const delegate_to = decodeToken(bearers[to % bearers.length] ?? bearer).sub
  return delegate(broker, bearer, { delegate_to, scope: scopes, ttl })
}

interface Grant {
  readonly answer: Answer
  readonly parent: string | undefined
}

function requireNoGrowth(walk: Walk, { kind }: Step, { answer, parent }: Grant): void {
  const token = String(answer.body['access_token'])
  const claims = decodeToken(token)
  // A renewal leaves nothing of the token it replaces.
  if (kind === 'renew') walk.bearers.splice(walk.bearers.indexOf(parent ?? ''), 1)
  walk.bearers.push(token)
  const source = kind === 'register' || parent === undefined ? undefined : decodeToken(parent)
  assert.ok(isWithin(claims.scope, source?.scope ?? walk.launched), 'within where it comes from')
  assert.ok(isWithin(claims.scope, walk.ceiling), 'within the ceiling of that moment')
  assert.ok(!claims.scope.some(isReservedScope), 'nothing reserved')
  if (kind === 'delegate' && source !== undefined) requireRecord(claims, source)
}

/** The new record tells the truth about both ends, and depth and life stay within their bounds. */
function requireRecord(claims: Claims, source: Claims): void {
  const { delegation_chain: chain = [] } = claims
  const record = chain.at(-1)
  assert.ok(claims.exp <= source.exp)
  assert.equal(chain.length, (source.delegation_chain?.length ?? 0) + 1)
  assert.ok(chain.length <= 5)
  assert.ok(record)
  assert.ok(isWithin(record.granted_scope, record.scope))
  const { agent, scope: held, granted_scope: given, delegatee, parent_jti, parent_sid } = record
  assert.deepEqual(
    [agent, held, parent_jti, parent_sid],
    [source.sub, source.scope, source.jti, source.sid],
  )
  assert.deepEqual(
    [delegatee, given, record.jti, record.sid],
    [claims.sub, claims.scope, claims.jti, claims.sid],
  )
  assert.deepEqual([claims.task_id, claims.orch_id], [source.task_id, source.orch_id])
}
