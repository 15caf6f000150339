/** A setting the broker will not start with. The message names the variable and says what to write, and holds no value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
