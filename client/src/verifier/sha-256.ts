const encoder = new TextEncoder()
const pairs: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

/**
 * SHA-256 of the text's UTF-8 bytes, in hex. Joined, for it is kept: a text that was put together piece by piece remembers
 * its pieces, some 2 KB of them.
 */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', encoder.encode(text))
  return Array.from(new Uint8Array(digest), (byte) => pairs[byte]).join('')
}
