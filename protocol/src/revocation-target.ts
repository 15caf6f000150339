/**
 * Revocation targets as they are published (contract 4.19): hashed, so that tenants do not read each
 * other's names. Law: level and target cannot be shifted into one another, for a level has no line
 * break.
 */

/** Levels of a revocation entry; `app` is made by deregistration only. */
export const revocationLevels = ['token', 'agent', 'task', 'chain', 'app'] as const

/** One of `revocationLevels`: how much dies with the target (contract 2.7). */
export type RevocationLevel = (typeof revocationLevels)[number]

/**
 * The text (UTF-8) whose SHA-256 in hex stands for the target in the revocation stream.
 *
 * @example
 * ```ts
 * publishedTargetInput('task', 'october') // 'agentwrit-target-v1\ntask\noctober'
 * ```
 */
export function publishedTargetInput(level: RevocationLevel, target: string): string {
  return `agentwrit-target-v1\n${level}\n${target}`
}
