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
import { longestTimeout } from './options.ts'

const longestText = 1024
const mostSeconds = Math.floor(longestTimeout / 1000)

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
    retryAfter: readRetryAfter(headers),
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

// A broker sends seconds; what stands in front of it may send a date (RFC 9110, section 10.2.3), which is told by its own clock.
function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after') ?? ''
  const isDate = value.endsWith(' GMT')
  const until = Date.parse(value) - Date.parse(headers.get('date') ?? '')
  const seconds = isDate ? until / 1000 : /^\d+$/.test(value) ? Number(value) : NaN
  return seconds >= 0 ? Math.min(seconds, mostSeconds) : undefined
}
