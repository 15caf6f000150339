import {
  addressRanges,
  adminSecret,
  databasePath,
  either,
  filePath,
  flag,
  listenAddress,
  oneOf,
  postgresUrl,
  text,
  trustDomain,
  wholeNumber,
} from './values.ts'
import type { ValueKind } from './values.ts'

export interface Setting<Value, Fallback> {
  readonly variable: `AA_${string}`
  /** What holds when the variable is unset or empty. */
  readonly fallback: Fallback
  readonly kind: ValueKind<Value>
  readonly meaning: string
}

const anyTtl = wholeNumber(1, 2_592_000)
const off = false
const none = undefined

/** Every setting that may be shown. Times are seconds. The configuration page of the documentation is this table. */
export const settings = {
  port: setting('AA_PORT', 8080, wholeNumber(0, 65_535), 'Port to listen on; 0 takes any free one'),
  bindAddress: setting('AA_BIND_ADDRESS', '127.0.0.1', listenAddress, 'Address to listen on'),
  mode: setting(
    'AA_MODE',
    'development',
    oneOf('development', 'production'),
    'Production refuses what is convenient and unsafe; `MODE` in the config file means the same',
  ),
  logLevel: setting(
    'AA_LOG_LEVEL',
    'verbose',
    oneOf('quiet', 'standard', 'verbose', 'trace'),
    'How much is logged: `quiet` only errors, `standard` and `verbose` every request, `trace` all',
  ),
  logFormat: setting(
    'AA_LOG_FORMAT',
    'json',
    oneOf('json', 'pretty'),
    'One JSON object a line for machines, or lines for people',
  ),
  trustDomain: setting(
    'AA_TRUST_DOMAIN',
    'agentwrit.local',
    trustDomain,
    'Trust domain of the SPIFFE ids given to agents',
  ),
  issuer: setting(
    'AA_ISSUER',
    '',
    text(256),
    'Claim `iss` of every token; when set, no other is accepted',
  ),
  audience: setting(
    'AA_AUDIENCE',
    none,
    text(256),
    'Claim `aud` of every token; when set, a bearer must carry it',
  ),
  defaultTtl: setting(
    'AA_DEFAULT_TTL',
    300,
    anyTtl,
    'Seconds the token of an agent lives when its launch token names no `max_ttl`',
  ),
  maxTtl: setting(
    'AA_MAX_TTL',
    86_400,
    anyTtl,
    'Longest life in seconds of the token of any agent',
  ),
  maxSessionAge: setting(
    'AA_MAX_SESSION_AGE',
    86_400,
    anyTtl,
    'Seconds after its first token from which a session cannot be renewed',
  ),
  appTokenTtl: setting(
    'AA_APP_TOKEN_TTL',
    1800,
    wholeNumber(60, 86_400),
    'Seconds the token of an app lives unless the app says otherwise',
  ),
  adminTokenTtl: setting(
    'AA_ADMIN_TOKEN_TTL',
    300,
    wholeNumber(1, 86_400),
    'Seconds the token of an operator lives',
  ),
  dbPath: setting(
    'AA_DB_PATH',
    './data.db',
    databasePath,
    'SQLite file; created readable by its owner alone',
  ),
  signingKeyPath: setting(
    'AA_SIGNING_KEY_PATH',
    './signing.key',
    filePath,
    'File of the seed that every key of the broker is derived from; made at the first start',
  ),
  importSigningKey: setting(
    'AA_IMPORT_SIGNING_KEY',
    off,
    flag,
    'Sign with the key in that file itself, as brokers before this one did',
  ),
  tlsMode: setting(
    'AA_TLS_MODE',
    'none',
    oneOf('none', 'tls', 'mtls'),
    'Plain HTTP, TLS, or TLS that also demands a client certificate',
  ),
  tlsCert: setting('AA_TLS_CERT', none, filePath, 'PEM file of the certificate chain'),
  tlsKey: setting('AA_TLS_KEY', none, filePath, 'PEM file of the private key'),
  tlsClientCa: setting(
    'AA_TLS_CLIENT_CA',
    none,
    filePath,
    'PEM file of the authority that signs client certificates; needed with `mtls`',
  ),
  allowInsecureHttp: setting(
    'AA_ALLOW_INSECURE_HTTP',
    off,
    flag,
    'Allow plain HTTP on a public address in production: for a broker behind a TLS proxy',
  ),
  trustedProxies: setting(
    'AA_TRUSTED_PROXIES',
    [],
    addressRanges,
    'Proxies whose `X-Forwarded-For` is believed',
  ),
  bootstrapLogin: setting(
    'AA_BOOTSTRAP_LOGIN',
    true,
    either('on', 'off'),
    'Allow sign-in with the admin secret alone',
  ),
  seedTokens: setting(
    'AA_SEED_TOKENS',
    off,
    flag,
    'Print a launch token and an admin token at start; only on a loopback address, never in production',
  ),
  console: setting('AA_CONSOLE', true, either('on', 'off'), 'Serve the web console at `/console/`'),
  revocationMaxStaleness: setting(
    'AA_REVOCATION_MAX_STALENESS',
    5,
    wholeNumber(1, 60),
    'With PostgreSQL: seconds a broker may be cut off before it refuses everything',
  ),
  auditRetentionDays: setting(
    'AA_AUDIT_RETENTION_DAYS',
    0,
    wholeNumber(0, 3650),
    'Days audit events are kept; 0 keeps all',
  ),
}

/** Settings that authenticate, or hold something that does. */
export const secretSettings = {
  adminSecret: setting(
    'AA_ADMIN_SECRET',
    none,
    adminSecret,
    'What operators sign in with; required. `ADMIN_SECRET` in the config file means the same',
  ),
  databaseUrl: setting(
    'AA_DATABASE_URL',
    none,
    postgresUrl,
    'PostgreSQL database, used instead of the SQLite file',
  ),
}

/** The variable that names the config file; it cannot stand in that file. */
export const configPathVariable = 'AA_CONFIG_PATH'

type ValueOf<Any> = Any extends Setting<infer Value, infer Fallback> ? Value | Fallback : never

/**
 * Every setting that may be shown; times are seconds.
 *
 * @example
 * ```ts
 * const isPublic = ({ bindAddress }: Config) => !['127.0.0.1', '::1', 'localhost'].includes(bindAddress)
 * ```
 */
export type Config = { readonly [Name in keyof typeof settings]: ValueOf<(typeof settings)[Name]> }

/**
 * The settings that authenticate, apart from the others so that they cannot be logged with them.
 *
 * @example
 * ```ts
 * const secrets: Secrets = readConfig(process.env).secrets
 * console.log(secrets) // [secret]
 * ```
 */
export interface Secrets {
  readonly adminSecret: string
  readonly databaseUrl?: string | undefined
}

function setting<Value, const Fallback>(
  variable: `AA_${string}`,
  fallback: Fallback,
  kind: ValueKind<Value>,
  meaning: string,
): Setting<Value, Fallback> {
  return { variable, fallback, kind, meaning }
}
