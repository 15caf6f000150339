import { homedir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { ConfigError } from './config/error.ts'
import { findConfigFile } from './config/file.ts'
import type { ConfigFile } from './config/file.ts'
import { configWarnings, requireConsistent } from './config/rules.ts'
import { configPathVariable, secretSettings, settings } from './config/settings.ts'
import type { Config, Secrets, Setting } from './config/settings.ts'

export type { Config, Secrets } from './config/settings.ts'
export { ConfigError } from './config/error.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface ReadConfig {
  readonly config: Config
  /** Prints as `[secret]` wherever it is logged. */
  readonly secrets: Secrets
  /** By variable: `environment`, `default`, or the path of the config file. */
  readonly sources: Readonly<Record<string, string>>
  /** The config file that was read, if one was found. */
  readonly file: string | undefined
  readonly warnings: readonly string[]
}

/** The only place that reads the environment of the process. */
export function readProcessConfig(files: readonly string[] = standardFiles()): ReadConfig {
  return readConfig(process.env, files)
}

/**
 * The settings of a broker, from variables (`AA_*`, docs/reference/configuration.md) and the first of `files` that exists.
 *
 * @example
 * ```ts
 * const { config, warnings } = readConfig(process.env, ['/etc/broker/config'])
 * console.log(config.port, warnings)
 * ```
 */
export function readConfig(environment: Environment, files: readonly string[] = []): ReadConfig {
  const found = new Values(environment, files)
  // oxlint-disable-next-line no-unsafe-type-assertion -- fromEntries forgets the names it was given
  const config = Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [name, found.of<unknown, unknown>(setting)]),
  ) as unknown as Config
  const adminSecret = found.of(secretSettings.adminSecret)
  if (adminSecret === undefined) {
    throw new ConfigError(
      `AA_ADMIN_SECRET is required: ${secretSettings.adminSecret.kind.valid}; ` +
        'make one with: openssl rand -base64 32',
    )
  }
  const secrets = new SealedSecrets(adminSecret, found.of(secretSettings.databaseUrl))
  requireConsistent(config, secrets)
  const warnings = [...found.unknownVariables(), ...configWarnings(config)]
  return {
    config: Object.freeze(config),
    secrets,
    sources: found.sources,
    file: found.file,
    warnings,
  }
}

/** What a command needs that works on a broker's own files: where they are, and no secret. */
export type StoreConfig = Pick<Config, 'dbPath' | 'signingKeyPath'>

export function readProcessStoreConfig(files: readonly string[] = standardFiles()): StoreConfig {
  return readStoreConfig(process.env, files)
}

/** Other settings are not looked at: a command of an operator in need must not fail over them. */
export function readStoreConfig(
  environment: Environment,
  files: readonly string[] = [],
): StoreConfig {
  const found = new Values(environment, files)
  if (found.of(secretSettings.databaseUrl) !== undefined) {
    throw new ConfigError('AA_DATABASE_URL is not available in this version; leave it unset')
  }
  return {
    dbPath: found.of(settings.dbPath),
    signingKeyPath: found.of(settings.signingKeyPath),
  }
}

function standardFiles(): string[] {
  return ['/etc/broker/config', join(homedir(), '.broker/config')]
}

/** What was written, the environment before the file, and where each value came from. */
class Values {
  readonly sources: Record<string, string> = {}
  readonly #environment: Environment
  readonly #file: ConfigFile | undefined
  readonly #variables = new Set<string>(
    [...Object.values(settings), ...Object.values(secretSettings)].map(({ variable }) => variable),
  )

  constructor(environment: Environment, files: readonly string[]) {
    this.#environment = environment
    const named = environment[configPathVariable]
    this.#file = findConfigFile(named ? [named, ...files] : files, this.#variables)
    if (named && this.file !== named) {
      throw new ConfigError(`${configPathVariable} names a file that does not exist`)
    }
  }

  get file(): string | undefined {
    return this.#file?.path
  }

  of<Value, Fallback>({ variable, fallback, kind }: Setting<Value, Fallback>): Value | Fallback {
    const own = this.#environment[variable]
    const text = own || this.#file?.values.get(variable)
    this.sources[variable] = own ? 'environment' : text ? (this.file ?? '') : 'default'
    if (!text) return fallback
    const value = kind.parse(text)
    if (value !== undefined) return value
    const where = own ? '' : ` (in ${this.file})`
    throw new ConfigError(`${variable}${where} must be ${kind.valid}`)
  }

  /** A misspelt name would otherwise leave the default in force unnoticed. */
  unknownVariables(): string[] {
    return Object.keys(this.#environment)
      .filter((name) => name.startsWith('AA_') && name !== configPathVariable)
      .filter((name) => !this.#variables.has(name))
      .map((name) => `${name} is no setting of the broker and is ignored`)
  }
}

/** Neither printed, nor serialised, nor copied by a spread. */
class SealedSecrets implements Secrets {
  readonly #adminSecret: string
  readonly #databaseUrl: string | undefined

  constructor(adminSecret: string, databaseUrl: string | undefined) {
    this.#adminSecret = adminSecret
    this.#databaseUrl = databaseUrl
  }

  get adminSecret(): string {
    return this.#adminSecret
  }

  get databaseUrl(): string | undefined {
    return this.#databaseUrl
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
