import assert from 'node:assert/strict'
import type { ErrorCode } from '@agentwrit/protocol'

type Headers = Readonly<Record<string, unknown>>

export function assertCommonHeaders(headers: Headers): void {
  assert.match(String(headers['x-request-id']), /^[A-Za-z0-9._-]{1,128}$/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['x-frame-options'], 'DENY')
  assert.equal(headers['cache-control'], 'no-store')
}

export interface AnyAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** A problem object in all its parts (contract 1.4), with the headers every answer has. */
export function assertProblem(answer: AnyAnswer, status: number, code: ErrorCode): void {
  assert.equal(answer.status, status, answer.body)
  assertCommonHeaders(answer.headers)
  assert.equal(answer.headers['content-type'], 'application/problem+json')
  assert.ok(answer.body.endsWith('}\n'))
  const problem = JSON.parse(answer.body)
  assert.equal(problem.error_code, code)
  assert.equal(problem.type, `urn:agentwrit:error:${code}`)
  assert.equal(problem.status, status)
  assert.equal(problem.request_id, answer.headers['x-request-id'])
  for (const member of ['title', 'detail', 'instance']) {
    assert.equal(typeof problem[member], 'string', member)
  }
  assert.notEqual(problem.detail, '')
}
