export { createBroker } from './broker.ts'
export type { Broker, BrokerOptions } from './broker.ts'
export {
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
  ConfigError,
  /**
   * The settings of a broker, from variables (`AA_*`, docs/reference/configuration.md) and the first of `files` that exists.
   *
   * @example
   * ```ts
   * const { config, warnings } = readConfig(process.env, ['/etc/broker/config'])
   * console.log(config.port, warnings)
   * ```
   */
  readConfig,
} from './config.ts'
export type {
  /**
   * Every setting that may be shown; times are seconds.
   *
   * @example
   * ```ts
   * const isPublic = ({ bindAddress }: Config) => !['127.0.0.1', '::1', 'localhost'].includes(bindAddress)
   * ```
   */
  Config,
  /**
   * The settings that authenticate, apart from the others so that they cannot be logged with them.
   *
   * @example
   * ```ts
   * const secrets: Secrets = readConfig(process.env).secrets
   * console.log(secrets) // [secret]
   * ```
   */
  Secrets,
} from './config.ts'
