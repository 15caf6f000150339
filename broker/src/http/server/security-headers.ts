/** On every answer, errors and broken requests included (contract 1.2). */
const always = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
} as const

const overTls = {
  ...always,
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
} as const

export type SecurityHeaders = Readonly<Record<string, string>>

export function securityHeaders(isTls: boolean): SecurityHeaders {
  return isTls ? overTls : always
}
