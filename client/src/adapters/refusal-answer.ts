import type { ErrorCode } from '@agentwrit/protocol'
import type { Refused } from './gate.ts'

/** What a refused request is answered with. It tells what the client can do, never which check has failed. */
export interface RefusalAnswer {
  readonly status: 401 | 403 | 503
  readonly headers: Record<string, string>
  /** RFC 9457. */
  readonly problem: Readonly<Record<string, string | number>>
}

type RefusalCode = Extract<ErrorCode, 'unauthorized' | 'insufficient_scope' | 'service_unavailable'>

const answers = {
  unauthorized: {
    status: 401,
    title: 'Unauthorized',
    detail: 'a valid bearer token is needed',
  },
  insufficient_scope: {
    status: 403,
    title: 'Insufficient scope',
    detail: 'the token does not cover the scope that is needed',
  },
  service_unavailable: {
    status: 503,
    title: 'Service unavailable',
    detail: 'the token cannot be checked at the moment',
  },
} as const

/** 401 and 403 with a challenge (RFC 6750 section 3), 503 with `Retry-After`. */
export function toRefusalAnswer(refused: Refused): RefusalAnswer {
  const code = codeOf(refused)
  const { status, title, detail } = answers[code]
  const name = code === 'service_unavailable' ? 'retry-after' : 'www-authenticate'
  const value = code === 'service_unavailable' ? '1' : challengeFor(refused)
  return {
    status,
    headers: { [name]: value, 'content-type': 'application/problem+json' },
    problem: { type: `urn:agentwrit:error:${code}`, title, status, detail, error_code: code },
  }
}

/** The same in one line, for a model. */
export function toRefusalText(refused: Refused): string {
  const code = codeOf(refused)
  const scope = toScopeTokens(refused).join(' ')
  return `${code}: ${answers[code].detail}${scope === '' ? '' : ` (${scope})`}`
}

/**
 * The scopes that were lacking, when every one may stand in a header (RFC 6749 section 3.3); else none. A name out of a URL
 * may hold a quote, or a letter with which Node refuses to write the header.
 */
export function toScopeTokens({ reason, required }: Refused): readonly string[] {
  const canBeNamed = reason === 'insufficient_scope' && required.every(isScopeToken)
  return canBeNamed ? required : []
}

/** All that is wrong with a token is one code: a client gets another token, whatever it was. */
export function codeOf({ reason }: Refused): RefusalCode {
  if (reason === 'not_ready') return 'service_unavailable'
  return reason === 'insufficient_scope' ? reason : 'unauthorized'
}

function challengeFor(refused: Refused): string {
  if (refused.reason === 'missing_token') return 'Bearer'
  if (refused.reason !== 'insufficient_scope') return 'Bearer error="invalid_token"'
  const scope = toScopeTokens(refused).join(' ')
  return `Bearer error="insufficient_scope"${scope === '' ? '' : `, scope="${scope}"`}`
}

function isScopeToken(text: string): boolean {
  return /^[!#-[\]-~]+$/.test(text)
}
