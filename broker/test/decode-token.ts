import assert from 'node:assert/strict'
import { readClaims, readToken, type Claims } from '@agentwrit/protocol'

/** What a token says, and which key it names; whether that is true is another question. */
export function decodeToken(token: string): Claims & { readonly kid: string } {
  const parts = readToken(token)
  const claims = readClaims(parts?.payload)
  assert.ok(parts !== undefined && claims !== undefined)
  return { ...claims, kid: parts.kid }
}
