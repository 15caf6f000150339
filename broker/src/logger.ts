import { pino } from 'pino'
import type { DestinationStream, Logger } from 'pino'

import { prettyFactory } from 'pino-pretty'
import type { Config } from './config.ts'

// Wiring, as broker.ts and main.ts are: the one place that knows pino. Everybody else is given the logger.

export type { Logger } from 'pino'

export interface LogOutputs {
  readonly out: DestinationStream
  readonly err: DestinationStream
}

/** One line per record; errors to stderr, the rest to stdout; no credential and no control character in any of them. */
export function createLogger(
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  { out, err }: LogOutputs = processOutputs(),
): Logger {
  const shaped = logFormat === 'pretty' ? prettified : (stream: DestinationStream) => stream
  return pino(
    {
      level: levels[logLevel],
      base: null,
      timestamp: isoTime(),
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: toErrorRecord, error: toErrorRecord },
      hooks: { streamWrite: (line) => escapeControls(withoutCredentials(line)) },
    },
    pino.multistream(
      [
        { level: 'trace', stream: shaped(out) },
        { level: 'error', stream: shaped(err) },
      ],
      { dedupe: true },
    ),
  )
}

const levels = { quiet: 'error', standard: 'info', verbose: 'info', trace: 'trace' } as const

/** ISO 8601, written once for all the lines of a millisecond. */
function isoTime(): () => string {
  let at = 0
  let text = ''
  return () => {
    const now = Date.now()
    if (now !== at) text = `,"time":"${new Date(now).toISOString()}"`
    at = now
    return text
  }
}

const credential =
  /(?<="[a-z_-]*(?:authorization|secret|token|nonce|signature|cookie|(?:private|idempotency)[_-]?key)":)"[^"\\]*(?:\\.[^"\\]*)*"/gi

/**
 * A belt beside the braces: no line of the broker shows these on purpose. Works on the finished JSON, where a quote within a
 * text is always escaped: that finds a name at any depth, at a twentieth of the cost of pino's own paths with wildcards.
 */
function withoutCredentials(line: string): string {
  return line.replace(credential, '"[secret]"')
}

/** A slow reader of the output never stalls a request: beyond 16 MiB lines are dropped. Errors are written at once. */
function processOutputs(): LogOutputs {
  const maxLength = 16 * 1024 * 1024
  const out = new Portions(pino.destination({ dest: 1, sync: false, maxLength }))
  process.once('exit', () => out.flushSync())
  return { out, err: pino.destination({ dest: 2, sync: true }) }
}

type Destination = ReturnType<typeof pino.destination>

const largestPortion = 65_536
/** Milliseconds. */
const longestWait = 100

/**
 * Lines go out together: a system call for each would cost more than all the rest of the line. Whatever ends the process
 * but a kill writes them first; a kill loses those of the last tenth of a second.
 */
class Portions implements DestinationStream {
  readonly #destination: Destination
  #lines: string[] = []
  #length = 0
  #due: NodeJS.Timeout | undefined

  constructor(destination: Destination) {
    this.#destination = destination
  }

  write(line: string): void {
    this.#lines.push(line)
    this.#length += line.length
    if (this.#length >= largestPortion) this.#flush()
    else this.#due ??= setTimeout(() => this.#flush(), longestWait)
  }

  /** Pino calls it for what is fatal, before the process may end. */
  flushSync(): void {
    this.#flush()
    this.#destination.flushSync()
  }

  #flush(): void {
    clearTimeout(this.#due)
    this.#due = undefined
    this.#destination.write(this.#lines.join(''))
    this.#lines = []
    this.#length = 0
  }
}

/** JSON escapes U+0000 to U+001F by itself; terminals also obey DEL and the C1 range, some readers the line separators. */
function escapeControls(line: string): string {
  return line.replace(/[\u007f-\u009f\u2028\u2029]/g, toEscape)
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Only what an Error says of itself: foreign errors carry rows, requests and connection strings as extra members. */
function toErrorRecord(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: `thrown: ${typeof error}` }
  return {
    type: error.name,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    message: error.message.slice(0, 2048),
    stack: error.stack?.slice(0, 8192),
    ...(error.cause instanceof Error && depth < 4
      ? { cause: toErrorRecord(error.cause, depth + 1) }
      : {}),
  }
}

function prettified(stream: DestinationStream): DestinationStream {
  const toPretty = prettyFactory({
    colorize: false,
    singleLine: true,
    errorLikeObjectKeys: [],
    translateTime: 'HH:MM:ss.l',
    messageFormat: (record, key) => escapeAll(record[key]),
  })
  return { write: (line) => stream.write(escapeControls(toPretty(line))) }
}

/** The text of a message is printed as it is, so that what JSON escaped must be escaped again. */
function escapeAll(text: unknown): string {
  if (typeof text !== 'string') return ''
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, toEscape)
}
