import type { RefusalReason } from '../verifier/verification.ts'

/** The token that a request presents, or why there is none to check. */
export type Presented =
  | { readonly token: string }
  | { readonly reason: Extract<RefusalReason, 'missing_token' | 'invalid_token'> }

/**
 * The bearer of an `Authorization` header (RFC 6750 section 2.1; the scheme in any case, RFC 9110 section 11.1). Two headers
 * that were joined into one value are not in its form: a proxy in front may have judged the other one.
 */
export function readBearer(value: string | null | undefined): Presented {
  if (!/^bearer(?: |$)/i.test(value ?? '')) return { reason: 'missing_token' }
  const token = /^bearer +([\w.~+/-]+=*)$/i.exec(value ?? '')?.[1]
  return token === undefined ? { reason: 'invalid_token' } : { token }
}

/** Of Node's two views of the headers, `headers` keeps the first of several equal names and tells nothing of the others. */
export function readNodeBearer(
  { authorization }: { readonly authorization?: string | undefined },
  rawHeaders: readonly string[],
): Presented {
  const names = rawHeaders.filter((_, index) => index % 2 === 0)
  const sent = names.filter((name) => name.toLowerCase() === 'authorization')
  return sent.length > 1 ? { reason: 'invalid_token' } : readBearer(authorization)
}
