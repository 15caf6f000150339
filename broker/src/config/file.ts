import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { ConfigError } from './error.ts'

export interface ConfigFile {
  readonly path: string
  /** By variable: `MODE` and `ADMIN_SECRET` of the file are already `AA_MODE` and `AA_ADMIN_SECRET`. */
  readonly values: ReadonlyMap<string, string>
}

const largest = 64 * 1024
const shortKeys = new Map([
  ['MODE', 'AA_MODE'],
  ['ADMIN_SECRET', 'AA_ADMIN_SECRET'],
])

/** The first of `paths` that exists. What exists and cannot be trusted or read stops the start: it is not passed over. */
export function findConfigFile(
  paths: readonly string[],
  variables: ReadonlySet<string>,
): ConfigFile | undefined {
  for (const path of paths) {
    const content = readIfPresent(path)
    if (content !== undefined) return { path, values: parseLines(path, content, variables) }
  }
  return undefined
}

function readIfPresent(path: string): string | undefined {
  let file: number
  try {
    // NONBLOCK: opening a named pipe must not wait for its other end.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw new ConfigError(
      hasCode(error, 'ELOOP')
        ? `${path} is a symbolic link; put the config file itself there`
        : `${path} cannot be read; make it readable for the user that runs the broker`,
      { cause: error },
    )
  }
  try {
    requirePrivate(path, file)
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new ConfigError(`${path} is not a text file in UTF-8`, { cause: error })
  } finally {
    closeSync(file)
  }
}

function requirePrivate(path: string, file: number): void {
  const status = fstatSync(file)
  if (!status.isFile()) throw new ConfigError(`${path} is not a regular file`)
  if ((status.mode & 0o077) !== 0) {
    throw new ConfigError(`${path} can be opened by others than its owner; run: chmod 600 ${path}`)
  }
  if (status.size > largest) throw new ConfigError(`${path} is larger than ${largest} bytes`)
}

function parseLines(path: string, content: string, variables: ReadonlySet<string>) {
  const values = new Map<string, string>()
  for (const [index, line] of content.split('\n').entries()) {
    const written = line.trim()
    if (written === '' || written.startsWith('#')) continue
    const where = `${path}, line ${index + 1}`
    const equals = written.indexOf('=')
    // Neither the line nor its key is shown: on a slip of the pen either may be a secret.
    if (equals < 1) throw new ConfigError(`${where}: write KEY=VALUE, or # before a comment`)
    const key = written.slice(0, equals).trim()
    const variable = shortKeys.get(key) ?? key
    if (!variables.has(variable)) {
      throw new ConfigError(
        `${where}: unknown key; known are MODE, ADMIN_SECRET and the AA_ settings but AA_CONFIG_PATH`,
      )
    }
    if (values.has(variable)) throw new ConfigError(`${where}: ${variable} is set twice`)
    values.set(variable, written.slice(equals + 1).trim())
  }
  return values
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}
