import type { Guard } from '../change.ts'

/** The key that signs the new token is still the one that may. */
export function keyIsActive(kid: string): Guard<'key_not_active'> {
  return { name: 'key_not_active', some: 'signingKeys', key: { kid }, where: { status: 'active' } }
}
