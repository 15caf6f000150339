import { Introspection } from './introspection.ts'
import { OfflineVerifier } from './offline-verifier.ts'
import { readSettings, requireCredentials } from './settings.ts'
import type { VerifierOptions } from './settings.ts'
import type { Verifier } from './verification.ts'

/**
 * What a server checks bearer tokens with. Throws a TypeError for an option that is missing or of the wrong kind
 * (`audience` and `issuer` have no default, see `VerifierOptions`), and a RangeError for one that is out of range.
 *
 * - `introspect` asks the broker (contract 4.3, as RFC 7662 has it) and keeps an answer for at most a second from the
 *   question: that is how long a revocation may go unnoticed, or as long as a slow broker takes to answer, `maxStaleness` at
 *   most. A broker that cannot be asked means no.
 * - `offline` knows the broker's keys and follows its revocation stream (contract 4.19): a known token costs microseconds
 *   and no request. It accepts nothing before it has both, and nothing while its knowledge is older than
 *   `maxStaleness`, until it has caught up by itself. It begins to follow at once and holds a connection, which keeps a
 *   process alive until `close()`.
 *
 * @example
 * ```ts
 * const verifier = createVerifier({
 *   broker: 'https://broker.internal',
 *   mode: 'offline',
 *   credentials: { clientId, clientSecret },
 *   audience: 'https://records.internal',
 *   issuer: 'https://broker.internal',
 *   onError: (error) => console.warn('verifier:', error),
 * })
 * await verifier.ready()
 * const result = await verifier.verify(token, { scope: 'read:records:P-2014' })
 * if (!result.ok) console.warn(result.reason, result.required, result.held)
 * ```
 */
export function createVerifier(options: VerifierOptions): Verifier & AsyncDisposable {
  const settings = readSettings(options)
  if (options.mode === 'introspect') return new Introspection(settings)
  if (options.mode === 'offline') return new OfflineVerifier(settings, requireCredentials(options))
  throw new TypeError('mode must be introspect or offline')
}
