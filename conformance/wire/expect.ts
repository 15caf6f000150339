import type { ErrorCode } from '@agentwrit/protocol'
import type { Answer } from './answer.ts'
import { Nonconformity } from './nonconformity.ts'

/** The sentence says what the contract wants. */
export function expect(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Nonconformity(sentence)
}

export function expectStatus(answer: Answer, status: number, when = ''): Answer {
  if (answer.status === status) return answer
  const code = answer.json['error_code']
  const got = typeof code === 'string' ? `${answer.status} ${code}` : String(answer.status)
  throw new Nonconformity(`${answer.asked} answered ${got}, not ${status}${wordWhen(when)}`)
}

/** `E(status, code)` of the contract. */
export function expectProblem(answer: Answer, code: ErrorCode, when = ''): Answer {
  expectStatus(answer, statusOf[code], when)
  const got = String(answer.json['error_code'])
  expect(got === code, `${answer.asked} answered ${got}, not ${code}${wordWhen(when)}`)
  return answer
}

/** Contract 1.4. */
export const statusOf: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  invalid_ttl: 400,
  unauthorized: 401,
  forbidden: 403,
  insufficient_scope: 403,
  scope_violation: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  request_timeout: 408,
  payload_too_large: 413,
  rate_limited: 429,
  headers_too_large: 431,
  internal_error: 500,
  service_unavailable: 503,
}

function wordWhen(when: string): string {
  return when === '' ? '' : ` (${when})`
}
