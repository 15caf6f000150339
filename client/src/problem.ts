// RFC 9457 documents as errors. The document is a stranger's text: members of another type are dropped, long ones are
// cut, and a credential that comes back in one is blotted out.
import { blot } from './blot.ts'
import {
  AuthenticationError,
  AuthorizationError,
  NotFoundError,
  ProblemError,
  RateLimitError,
} from './errors.ts'
import type { ErrorContext, Problem } from './errors.ts'

const longestText = 1024

export function toProblemError(
  { status, headers }: { readonly status: number; readonly headers: Headers },
  text: string,
  context: ErrorContext,
  secrets: readonly string[],
): ProblemError {
  const members = readMembers(text)
  const member = (name: string): string | undefined => {
    const value = members[name]
    return typeof value === 'string' ? blot(value, secrets).slice(0, longestText) : undefined
  }
  const problem: Problem = {
    status,
    type: member('type'),
    title: member('title'),
    detail: member('detail'),
    instance: member('instance'),
    errorCode: member('error_code'),
    hint: member('hint'),
    retryAfter: readRetryAfter(headers.get('retry-after')),
  }
  const ErrorClass = classOf(status)
  return new ErrorClass(problem, {
    ...context,
    requestId: context.requestId ?? member('request_id'),
  })
}

function classOf(status: number): typeof ProblemError {
  switch (status) {
    case 401:
      return AuthenticationError
    case 403:
      return AuthorizationError
    case 404:
      return NotFoundError
    case 429:
      return RateLimitError
    default:
      return ProblemError
  }
}

function readMembers(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

// Seconds only: the broker never sends a date.
function readRetryAfter(value: string | null): number | undefined {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) : undefined
}
