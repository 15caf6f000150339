/**
 * Every code a broker may answer with (contract 1.4): the member `error_code` of a problem, and the
 * last part of its `type`. Codes are part of the protocol; the texts beside them are not.
 */
export const errorCodes = [
  'invalid_request',
  'invalid_ttl',
  'unauthorized',
  'forbidden',
  'insufficient_scope',
  'scope_violation',
  'not_found',
  'method_not_allowed',
  'conflict',
  'request_timeout',
  'payload_too_large',
  'rate_limited',
  'headers_too_large',
  'internal_error',
  'service_unavailable',
] as const

/** One of `errorCodes`. */
export type ErrorCode = (typeof errorCodes)[number]
