import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { secretSettings, settings } from '../src/config/settings.ts'
import { ConfigError, readConfig, readStoreConfig } from '../src/config.ts'
import type { Config, Environment } from '../src/config.ts'

const secret = 'correct horse battery staple'
const hash = `$2b$12$${'a'.repeat(53)}`

function read(environment: Environment = {}): Config {
  return readConfig({ AA_ADMIN_SECRET: secret, ...environment }).config
}

/** The variable is named, what was written in it is not shown. */
function assertRefused(environment: Environment, variable: string): void {
  assert.throws(
    () => readConfig({ AA_ADMIN_SECRET: secret, ...environment }),
    (error) => {
      assert.ok(error instanceof ConfigError)
      assert.ok(error.message.startsWith(variable), error.message)
      return true
    },
  )
}

test('only the admin secret is required; everything else has the default of the contract', () => {
  assert.deepEqual(read(), {
    port: 8080,
    bindAddress: '127.0.0.1',
    mode: 'development',
    logLevel: 'verbose',
    logFormat: 'json',
    trustDomain: 'agentwrit.local',
    issuer: '',
    audience: undefined,
    defaultTtl: 300,
    maxTtl: 86_400,
    maxSessionAge: 86_400,
    appTokenTtl: 1800,
    adminTokenTtl: 300,
    dbPath: './data.db',
    signingKeyPath: './signing.key',
    importSigningKey: false,
    tlsMode: 'none',
    tlsCert: undefined,
    tlsKey: undefined,
    tlsClientCa: undefined,
    allowInsecureHttp: false,
    trustedProxies: [],
    bootstrapLogin: true,
    seedTokens: false,
    console: true,
    revocationMaxStaleness: 5,
    auditRetentionDays: 0,
  })
  assertRefused({ AA_ADMIN_SECRET: undefined }, 'AA_ADMIN_SECRET')
})

test('an empty variable counts as unset', () => {
  const empty = Object.values(settings).map(({ variable }) => [variable, ''])
  assert.deepEqual(read(Object.fromEntries(empty)), read())
})

const valid: readonly [string, string, keyof Config, unknown][] = [
  ['AA_PORT', '0', 'port', 0],
  ['AA_PORT', '65535', 'port', 65_535],
  ['AA_BIND_ADDRESS', 'localhost', 'bindAddress', 'localhost'],
  ['AA_BIND_ADDRESS', '::', 'bindAddress', '::'],
  ['AA_TRUST_DOMAIN', 'spiffe://prod.example/any/path', 'trustDomain', 'prod.example'],
  ['AA_TRUST_DOMAIN', 'a'.repeat(255), 'trustDomain', 'a'.repeat(255)],
  ['AA_ISSUER', '😀'.repeat(256), 'issuer', '😀'.repeat(256)],
  ['AA_MAX_TTL', '2592000', 'maxTtl', 2_592_000],
  ['AA_APP_TOKEN_TTL', '60', 'appTokenTtl', 60],
  ['AA_CONSOLE', 'off', 'console', false],
  ['AA_BOOTSTRAP_LOGIN', 'off', 'bootstrapLogin', false],
  ['AA_IMPORT_SIGNING_KEY', 'true', 'importSigningKey', true],
  ['AA_TRUSTED_PROXIES', '10.0.0.0/8, fd00::/8', 'trustedProxies', ['10.0.0.0/8', 'fd00::/8']],
  ['AA_AUDIT_RETENTION_DAYS', '0', 'auditRetentionDays', 0],
]

for (const [variable, written, member, value] of valid) {
  test(`${variable}=${written.slice(0, 40)} is taken`, () => {
    assert.deepEqual(read({ [variable]: written })[member], value)
  })
}

const invalid: Readonly<Record<string, readonly string[]>> = {
  AA_PORT: ['65536', '-1', '80.0', '0x50', ' 80', '080', '1e3', 'http'],
  AA_BIND_ADDRESS: ['example.com', '127.0.0.1:80', '[::1]', '127.1'],
  AA_LOG_LEVEL: ['debug', 'QUIET'],
  AA_LOG_FORMAT: ['text'],
  AA_TRUST_DOMAIN: [
    'Prod.example',
    'a/b',
    'spiffe://',
    'spiffe:///x',
    'a'.repeat(256),
    'a b',
    'a\n',
  ],
  AA_ISSUER: ['i'.repeat(257), 'a\nb', 'a\u007f'],
  AA_AUDIENCE: ['i'.repeat(257), 'a\tb'],
  AA_DEFAULT_TTL: ['0', '2592001'],
  AA_MAX_TTL: ['0', '2592001'],
  AA_MAX_SESSION_AGE: ['0', '2592001'],
  AA_APP_TOKEN_TTL: ['59', '86401'],
  AA_ADMIN_TOKEN_TTL: ['0', '86401'],
  AA_ADMIN_SECRET: [
    'fifteen letters',
    'x'.repeat(1025),
    'change-me-in-production',
    hash.replace('12', '13'),
    hash.replace('12', '03'),
    hash.slice(0, 59),
    `${hash}a`,
  ],
  AA_DB_PATH: [':memory:', 'file:data.db', 'FILE::memory:', 'a\0b'],
  AA_SIGNING_KEY_PATH: ['a\nb'],
  AA_IMPORT_SIGNING_KEY: ['TRUE', '1', 'yes'],
  AA_TLS_MODE: ['on', 'TLS'],
  AA_SEED_TOKENS: ['1', 'on'],
  AA_ALLOW_INSECURE_HTTP: ['yes'],
  AA_TRUSTED_PROXIES: [
    '10.0.0.1',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/8,',
    'a/8',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
  ],
  AA_REVOCATION_MAX_STALENESS: ['0', '61'],
  AA_AUDIT_RETENTION_DAYS: ['-1', '3651'],
  AA_CONSOLE: ['true', 'OFF'],
  AA_MODE: ['prod'],
  AA_BOOTSTRAP_LOGIN: ['false'],
  AA_DATABASE_URL: ['mysql://localhost/x', 'postgres://'],
  AA_TLS_CERT: ['a\nb'],
  AA_TLS_KEY: ['a\nb'],
  AA_TLS_CLIENT_CA: ['a\nb'],
}

test('every setting has values here that it refuses', () => {
  const all = [...Object.values(settings), ...Object.values(secretSettings)]
  assert.deepEqual(Object.keys(invalid).toSorted(), all.map(({ variable }) => variable).toSorted())
})

for (const [variable, texts] of Object.entries(invalid)) {
  test(`${variable} with a value that is not valid stops the start and is named`, () => {
    for (const text of texts) assertRefused({ [variable]: text }, variable)
  })
}

test('no error shows what was written, in any variable', () => {
  const variables = [...Object.values(settings), ...Object.values(secretSettings)]
  fc.assert(
    fc.property(
      fc.constantFrom(...variables),
      fc.stringMatching(/^[%&!]{8,40}$/),
      ({ variable }, text) => {
        try {
          readConfig({ AA_ADMIN_SECRET: secret, [variable]: text })
        } catch (error) {
          assert.ok(!inspect(error).includes(text))
        }
      },
    ),
  )
})

test('a bcrypt hash of cost 12 at most is an admin secret', () => {
  for (const given of [hash, hash.replace('$2b', '$2a'), hash.replace('$2b$12', '$2y$04')]) {
    assert.equal(readConfig({ AA_ADMIN_SECRET: given }).secrets.adminSecret, given)
  }
})

test('the secrets can be read one by one and neither printed nor copied', () => {
  const all = readConfig({ AA_ADMIN_SECRET: secret })
  assert.equal(all.secrets.adminSecret, secret)
  const shown = [inspect(all, { depth: 9, showHidden: true }), JSON.stringify(all)]
  assert.ok(!shown.join('\n').includes(secret))
  assert.deepEqual({ ...all.secrets }, {})
})

test('seed tokens are refused in production and off loopback', () => {
  assert.equal(read({ AA_SEED_TOKENS: 'true' }).seedTokens, true)
  for (const address of ['127.0.0.2', '::1', 'localhost']) {
    read({ AA_SEED_TOKENS: 'true', AA_BIND_ADDRESS: address })
  }
  assertRefused({ AA_SEED_TOKENS: 'true', AA_MODE: 'production' }, 'AA_SEED_TOKENS')
  for (const address of ['0.0.0.0', '::', '10.0.0.1', '::ffff:10.0.0.1', '128.0.0.1']) {
    assertRefused({ AA_SEED_TOKENS: 'true', AA_BIND_ADDRESS: address }, 'AA_SEED_TOKENS')
  }
})

test('production refuses plain HTTP on a public address unless told otherwise; development warns', () => {
  const open = { AA_BIND_ADDRESS: '0.0.0.0' }
  const tls = { AA_TLS_MODE: 'tls', AA_TLS_CERT: 'c', AA_TLS_KEY: 'k' }
  assertRefused({ ...open, AA_MODE: 'production' }, 'AA_TLS_MODE')
  read({ AA_MODE: 'production' })
  read({ ...open, ...tls, AA_MODE: 'production' })
  read({ ...open, AA_MODE: 'production', AA_ALLOW_INSECURE_HTTP: 'true' })
  assert.deepEqual(warnedAbout(open), ['AA_TLS_MODE'])
  assert.deepEqual(warnedAbout({ ...open, ...tls }), [])
})

test('each TLS mode needs its files', () => {
  assertRefused({ AA_TLS_MODE: 'tls', AA_TLS_KEY: 'k' }, 'AA_TLS_CERT')
  assertRefused({ AA_TLS_MODE: 'tls', AA_TLS_CERT: 'c' }, 'AA_TLS_KEY')
  assertRefused({ AA_TLS_MODE: 'mtls', AA_TLS_CERT: 'c', AA_TLS_KEY: 'k' }, 'AA_TLS_CLIENT_CA')
  const all = { AA_TLS_CERT: 'c', AA_TLS_KEY: 'k', AA_TLS_CLIENT_CA: 'a' }
  assert.equal(read({ ...all, AA_TLS_MODE: 'mtls' }).tlsMode, 'mtls')
})

test('a setting that this version cannot honour is refused, not passed over', () => {
  assertRefused({ AA_DATABASE_URL: 'postgres://user:password@localhost/db' }, 'AA_DATABASE_URL')
})

test('what is allowed and dangerous, useless or misspelt is warned about', () => {
  assert.deepEqual(warnedAbout({}), [])
  assert.deepEqual(warnedAbout({ AA_TRUSTED_PROXIES: '::/0' }), ['AA_TRUSTED_PROXIES'])
  assert.deepEqual(warnedAbout({ AA_TLS_CERT: 'c' }), ['AA_TLS_MODE'])
  assert.deepEqual(warnedAbout({ AA_MAX_TTL: '100' }), ['AA_DEFAULT_TTL'])
  assert.deepEqual(warnedAbout({ AA_AUDIANCE: 'typo', PATH: '/bin' }), ['AA_AUDIANCE'])
})

function warnedAbout(environment: Environment): (string | undefined)[] {
  const { warnings } = readConfig({ AA_ADMIN_SECRET: secret, ...environment })
  return warnings.map((warning) => warning.split(' ')[0])
}

test('a command that works on the files needs their settings alone, and no secret', () => {
  const files = { AA_DB_PATH: '/tmp/a.db', AA_SIGNING_KEY_PATH: '/tmp/a.key' }
  const found = readStoreConfig({ ...files, AA_PORT: 'not a port' })
  assert.deepEqual(found, { dbPath: '/tmp/a.db', signingKeyPath: '/tmp/a.key' })
  assert.deepEqual(readStoreConfig({}), { dbPath: './data.db', signingKeyPath: './signing.key' })
  const elsewhere = { AA_DATABASE_URL: 'postgres://127.0.0.1/db' }
  assert.throws(() => readStoreConfig(elsewhere), ConfigError)
})
