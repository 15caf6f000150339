import { encodeBase64url } from '@agentwrit/protocol'

/** Names one renewal, so that asking for it again brings no second one: 32 characters from a CSPRNG. */
export function makeIdempotencyKey(): string {
  return encodeBase64url(crypto.getRandomValues(new Uint8Array(24)))
}
