import type { ErrorCode } from '@agentwrit/protocol'
import { launchToken, prove, registration } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expectProblem, expectStatus } from '../wire/expect.ts'
import { mixedOrderProof } from '../wire/mixed-order-key.ts'
import { randomHex } from '../wire/random-name.ts'

export const failedRegistration: Check = {
  line: 15,
  title: 'A failed registration of any kind leaves launch token and nonce usable',
  parts: [{ title: 'each kind, then a good one with the same two', run: failThenSucceed }],
}

async function failThenSucceed(broker: Broker): Promise<void> {
  const wish = { taskId: `task-${randomHex(6)}` }
  const { token } = await launchToken(broker, await makeApp(broker), wish)
  const good = await registration(broker, token, { task_id: wish.taskId })
  for (const [name, code, change] of failures(good)) {
    const answer = await broker.post('/v1/register', { ...good, ...change })
    expectProblem(answer, code, name)
  }
  expectStatus(await broker.post('/v1/register', good), 200, 'the good one, after the others')
}

type Failure = readonly [name: string, code: ErrorCode, change: object]

function failures(good: Readonly<Record<string, unknown>>): readonly Failure[] {
  const nonce = String(good['nonce'])
  const other = prove(nonce)
  const small = `${'A'.repeat(42)}E=`
  return [
    ['orch_id ..', 'invalid_request', { orch_id: '..' }],
    ['orch_id of 129 characters', 'invalid_request', { orch_id: 'a'.repeat(129) }],
    ['orch_id with a slash', 'invalid_request', { orch_id: 'a/b' }],
    ['no task_id', 'invalid_request', { task_id: undefined }],
    ['no scope', 'invalid_request', { requested_scope: [] }],
    ['a scope of two parts', 'invalid_request', { requested_scope: ['read:data'] }],
    ['a reserved scope', 'invalid_request', { requested_scope: ['admin:revoke:*'] }],
    ['another launch token', 'unauthorized', { launch_token: randomHex(32) }],
    ['too wide a scope', 'scope_violation', { requested_scope: ['delete:data:*'] }],
    ['another task than the launch token’s', 'forbidden', { task_id: 'another' }],
    ['a forged nonce', 'unauthorized', { nonce: randomHex(32) }],
    ['a key of 31 bytes', 'unauthorized', { public_key: Buffer.alloc(31, 1).toString('base64') }],
    ['a key of order 4', 'unauthorized', { public_key: Buffer.alloc(32).toString('base64') }],
    ['a key not in base64', 'unauthorized', { public_key: small.replace('=', '') }],
    ['a key of mixed order', 'unauthorized', mixedOrderProof(nonce)],
    ['a signature of another key', 'unauthorized', { signature: other.signature }],
    ['a signature of 63 bytes', 'unauthorized', { signature: Buffer.alloc(63).toString('base64') }],
  ]
}
