import type { Context } from '../context.ts'

/**
 * A token names a key that this broker does not accept: perhaps another broker has just made it. Whether the keys have
 * changed; at most once a second they are read for that (contract 2.4).
 */
export async function rereadSigningKeys({ live }: Context): Promise<boolean> {
  return live.signingKeys.rereadSeldom()
}
