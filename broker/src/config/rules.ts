import { ConfigError } from './error.ts'
import { secretSettings } from './settings.ts'
import type { Config, Secrets } from './settings.ts'
import { isLoopback } from './values.ts'

/** Rules over several settings. Whatever is not clearly safe stops the start. */
export function requireConsistent(config: Config, secrets: Secrets): void {
  requireBuilt(config, secrets)
  requireTlsFiles(config)
  const isPublic = !isLoopback(config.bindAddress)
  if (config.seedTokens && config.mode === 'production') {
    throw new ConfigError('AA_SEED_TOKENS must be false in production; set it to false')
  }
  if (config.seedTokens && isPublic) {
    throw new ConfigError(
      'AA_SEED_TOKENS prints credentials: set it to false, or AA_BIND_ADDRESS to 127.0.0.1',
    )
  }
  if (config.mode === 'production' && isPlainHttp(config) && !config.allowInsecureHttp) {
    throw new ConfigError(
      'AA_TLS_MODE is none on a public address in production: set it to tls, or AA_BIND_ADDRESS to 127.0.0.1, ' +
        'or AA_ALLOW_INSECURE_HTTP to true if a proxy in front of the broker ends TLS',
    )
  }
}

/** What is allowed and worth a look. */
export function configWarnings(config: Config): string[] {
  const warnings: string[] = []
  if (isPlainHttp(config)) {
    warnings.push('AA_TLS_MODE is none on a public address: credentials travel readable')
  }
  if (config.trustedProxies.some((range) => range.endsWith('/0'))) {
    warnings.push('AA_TRUSTED_PROXIES trusts everybody: any client can name any address as its own')
  }
  if (config.tlsMode === 'none' && (config.tlsCert ?? config.tlsKey ?? config.tlsClientCa)) {
    warnings.push('AA_TLS_MODE is none: the TLS files are not used')
  }
  if (config.defaultTtl > config.maxTtl) {
    warnings.push('AA_DEFAULT_TTL is longer than AA_MAX_TTL: the shorter one holds')
  }
  return warnings
}

/** Settings of the contract that this version cannot honour yet. Asking for one must not be passed over in silence. */
export const notBuilt = [
  { ...secretSettings.databaseUrl, of: (_: Config, secrets: Secrets) => secrets.databaseUrl },
]

function requireBuilt(config: Config, secrets: Secrets): void {
  for (const { variable, fallback, of } of notBuilt) {
    if (of(config, secrets) !== fallback) {
      throw new ConfigError(`${variable} is not available in this version; leave it unset`)
    }
  }
}

function requireTlsFiles(config: Config): void {
  const needed = [
    { variable: 'AA_TLS_CERT', path: config.tlsCert, modes: ['tls', 'mtls'] },
    { variable: 'AA_TLS_KEY', path: config.tlsKey, modes: ['tls', 'mtls'] },
    { variable: 'AA_TLS_CLIENT_CA', path: config.tlsClientCa, modes: ['mtls'] },
  ]
  for (const { variable, path, modes } of needed) {
    if (path === undefined && modes.includes(config.tlsMode)) {
      throw new ConfigError(
        `${variable} is required with AA_TLS_MODE=${config.tlsMode}; set it to a PEM file`,
      )
    }
  }
}

function isPlainHttp(config: Config): boolean {
  return config.tlsMode === 'none' && !isLoopback(config.bindAddress)
}
