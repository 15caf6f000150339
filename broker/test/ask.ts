import assert from 'node:assert/strict'
import type { ErrorCode } from '@agentwrit/protocol'
import type { TestBroker } from './test-broker.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export interface Shown {
  readonly bearer?: string
  readonly body?: unknown
  readonly idempotencyKey?: string
}

/** One raw request, for what the SDK would never send. */
export async function ask(
  { fetch }: Pick<TestBroker, 'fetch'>,
  method: string,
  path: string,
  { bearer, body, idempotencyKey }: Shown = {},
): Promise<Answer> {
  const answer = await fetch(`http://broker.test${path}`, {
    method,
    headers: {
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const parsed: unknown = text === '' ? {} : JSON.parse(text)
  assert.ok(typeof parsed === 'object' && parsed !== null)
  return { status: answer.status, headers: answer.headers, body: { ...parsed } }
}

export function assertProblem(answer: Answer, status: number, code: ErrorCode): void {
  assert.equal(answer.body['error_code'], code, JSON.stringify(answer.body))
  assert.equal(answer.status, status)
}
