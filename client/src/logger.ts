import { callQuietly } from './call-quietly.ts'

/**
 * Where a client tells what it does: `console` is one. No message and no field holds a token, a secret, a key or a
 * signature. An error in it changes nothing for the caller.
 *
 * @example
 * ```ts
 * const logger: Logger = { debug: () => {}, info: () => {}, warn: console.warn, error: console.error }
 * const broker = new Broker('http://127.0.0.1:8080', { logger })
 * ```
 */
export interface Logger {
  /** Each request and what became of it. */
  debug(message: string, fields: LogFields): void
  /** An agent begins or ends. */
  info(message: string, fields: LogFields): void
  /** Something failed that is tried again, or that nobody waits for. */
  warn(message: string, fields: LogFields): void
  /** Something failed for good that nobody waits for. */
  error(message: string, fields: LogFields): void
}

/**
 * What a log line is about, besides its message: ids, times, an `error`.
 *
 * @example
 * ```ts
 * const print = (message: string, fields: LogFields) => console.log(message, fields['status'])
 * ```
 */
export type LogFields = Readonly<Record<string, unknown>>

/** Tells this logger, or nobody; never throws. */
export function toQuietLogger(given: Logger | undefined): Logger {
  const tell = (level: keyof Logger) => (message: string, fields: LogFields) =>
    callQuietly(() => given?.[level](message, fields))
  return { debug: tell('debug'), info: tell('info'), warn: tell('warn'), error: tell('error') }
}
