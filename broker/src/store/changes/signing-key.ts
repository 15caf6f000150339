import type { Guard } from '../change.ts'

/** The key that signs the new token is still the one that may. */
export function keyIsActive(kid: string): Guard<'key_not_active'> {
  return { name: 'key_not_active', some: 'signingKeys', key: { kid }, where: { status: 'active' } }
}

/** What the key has signed is still accepted: it is neither retired nor compromised. */
export function keyIsAccepted<Name extends string>(name: Name, kid: string): Guard<Name> {
  return { name, some: 'signingKeys', key: { kid }, where: { retired_at: null } }
}
