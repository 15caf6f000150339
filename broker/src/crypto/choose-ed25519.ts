import type { Ed25519 } from './ed25519.ts'
import { nodeEd25519 } from './node-ed25519.ts'
import { sodiumEd25519 } from './sodium-ed25519.ts'

/** libsodium where its binary loads (twice as fast), else OpenSSL; both decide alike. */
export async function chooseEd25519(): Promise<Ed25519> {
  return (await sodiumEd25519()) ?? nodeEd25519()
}
