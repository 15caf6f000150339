import type { BrokerOrUrl } from './broker.ts'

/**
 * What an operator signs in with.
 *
 * @example
 * ```ts
 * const signIn: SignIn = { broker: 'http://127.0.0.1:8080', secret: process.env['AA_ADMIN_SECRET'] ?? '' }
 * ```
 */
export interface SignIn {
  readonly broker: BrokerOrUrl
  readonly secret: string
  /** A named account; without it, the secret is the broker's own admin secret. */
  readonly operator?: string
}
