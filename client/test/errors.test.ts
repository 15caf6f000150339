import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import {
  AgentWritError,
  AuthenticationError,
  AuthorizationError,
  Broker,
  isAgentWritError,
  NotFoundError,
  ProblemError,
  RateLimitError,
} from '@agentwrit/client'
import { problem, serve } from './local-server.ts'

const classes = [
  [400, ProblemError, 'ProblemError'],
  [401, AuthenticationError, 'AuthenticationError'],
  [403, AuthorizationError, 'AuthorizationError'],
  [404, NotFoundError, 'NotFoundError'],
  [409, ProblemError, 'ProblemError'],
  [429, RateLimitError, 'RateLimitError'],
  [500, ProblemError, 'ProblemError'],
] as const

for (const [status, ErrorClass, name] of classes) {
  test(`a problem with status ${status} is a ${name} with every member of the document`, async () => {
    const reply = problem(status, 'some_code', 'a reason')
    await using server = await serve(() => ({ ...reply, headers: { 'retry-after': '7' } }))
    const error = await refusal(new Broker(server.url, { maxRetries: 0 }).health())
    assert.equal(error.constructor, ErrorClass)
    assert.equal(error.name, name)
    assert.equal(error.status, status)
    assert.equal(error.type, 'urn:agentwrit:error:some_code')
    assert.equal(error.errorCode, 'some_code')
    assert.equal(error.detail, 'a reason')
    assert.equal(error.requestId, 'request-1')
    assert.equal(error.retryAfter, 7)
    assert.deepEqual(error.request, { method: 'GET', url: `${server.url}/v1/health` })
  })
}

test('an error answer of a stranger (no JSON, other members) still is a problem with its status', async () => {
  for (const body of [
    '',
    '<h1>Bad gateway</h1>',
    'null',
    '[1]',
    '{"detail": 7, "error_code": {}}',
  ]) {
    await using server = await serve(() => ({ status: 403, body }))
    const error = await refusal(new Broker(server.url).health())
    assert.ok(error instanceof AuthorizationError)
    assert.equal(error.errorCode, undefined)
    assert.equal(error.detail, undefined)
  }
})

test('a detail without end is cut', async () => {
  await using server = await serve(() => problem(400, 'invalid_request', 'x'.repeat(100_000)))
  assert.equal((await refusal(new Broker(server.url).health())).detail?.length, 1024)
})

test('a credential that an answer echoes appears nowhere in the error', async () => {
  const secret = 'correct-horse-battery-staple'
  await using server = await serve((request) =>
    problem(
      400,
      'invalid_request',
      `you sent ${request.body} and ${request.headers.authorization ?? ''}`,
    ),
  )
  const broker = new Broker(server.url, { maxRetries: 0 })
  const registration = {
    nonce: 'n'.repeat(64),
    public_key: 'k',
    signature: secret,
    orch_id: 'o',
    task_id: 't',
  }
  const errors = [
    await refusal(broker.signIn({ secret })),
    await refusal(broker.renew(secret)),
    await refusal(broker.release(secret)),
    await refusal(broker.validate(secret)),
    await refusal(
      broker.register({ ...registration, launch_token: secret, requested_scope: ['a:b:c'] }),
    ),
  ]
  for (const error of errors) assertSilent(error, secret)
})

test('a token that no header can hold is refused without being quoted', async () => {
  const token = 'stolen\ntoken'
  const broker = new Broker('http://127.0.0.1:1')
  for (const call of [broker.renew(token), broker.release(token), broker.release('')]) {
    const error: unknown = await call.catch((reason: unknown) => reason)
    assert.ok(error instanceof TypeError)
    assertSilent(error, 'stolen')
  }
})

test('the refusal of a credential that is no text is told as any other', async () => {
  await using server = await serve(() => problem(400, 'invalid_request'))
  const broker = new Broker(server.url)
  const noText = Symbol('token')
  // @ts-expect-error: what a program without types may do
  const refused = broker.validate(noText)
  await assert.rejects(refused, { errorCode: 'invalid_request' })
})

test('the guard knows errors of another installed copy, and nothing else', async () => {
  const secondCopy = '../src/errors.ts?second'
  const copy = (await import(secondCopy)) as {
    AgentWritError: typeof AgentWritError
  }
  const foreign = new copy.AgentWritError('no')
  assert.equal(foreign instanceof AgentWritError, false)
  assert.equal(isAgentWritError(foreign), true)
  assert.equal(isAgentWritError(new AgentWritError('no')), true)
  for (const value of [undefined, null, 'no', {}, new Error('no')])
    assert.equal(isAgentWritError(value), false)
})

async function refusal(call: Promise<unknown>): Promise<ProblemError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof ProblemError, 'expected a refusal')
  return error
}

function assertSilent(error: Error, secret: string): void {
  const shown = [
    inspect(error, { depth: 9, showHidden: true }),
    JSON.stringify(error),
    error.message,
    error.stack ?? '',
  ]
  for (const text of shown) assert.equal(text.includes(secret), false)
}
