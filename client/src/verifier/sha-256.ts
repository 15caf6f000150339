import { encodeHex } from '@agentwrit/protocol'

const encoder = new TextEncoder()

/** SHA-256 of the text's UTF-8 bytes, in hex. */
export async function sha256(text: string): Promise<string> {
  return encodeHex(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))))
}
