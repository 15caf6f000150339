/**
 * A setting the broker will not start with; its message names the variable and holds no value.
 *
 * @example
 * ```ts
 * try {
 *   readConfig(process.env)
 * } catch (error) {
 *   if (!(error instanceof ConfigError)) throw error
 *   console.error(`FATAL: ${error.message}`)
 * }
 * ```
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
