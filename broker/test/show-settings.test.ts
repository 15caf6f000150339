import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SettingInfo } from '@agentwrit/protocol'
import * as fc from 'fast-check'
import { readConfig, type Environment } from '../src/config.ts'
import { showSettings, type KnownConfig } from '../src/config/show-settings.ts'
import { secretSettings, settings } from '../src/config/settings.ts'

const secret = 'correct horse battery staple'

const read = (environment: Environment, files: readonly string[] = []) =>
  showSettings(readConfig({ AA_ADMIN_SECRET: secret, ...environment }, files))

function find(shown: readonly SettingInfo[], variable: string): Omit<SettingInfo, 'meaning'> {
  const { meaning: _, ...found } = shown.find((one) => one.variable === variable) ?? assert.fail()
  return found
}

test('every setting of the table is shown once, with what it means', () => {
  const shown = read({})
  const table = [...Object.values(settings), ...Object.values(secretSettings)]
  assert.deepEqual(
    shown.map(({ variable, meaning }) => `${variable}: ${meaning}`).toSorted(),
    table.map(({ variable, meaning }) => `${variable}: ${meaning}`).toSorted(),
  )
})

const cases: readonly [variable: string, text: string, value: string, fallback?: string][] = [
  ['AA_PORT', '0', '0', '8080'],
  ['AA_MODE', 'production', 'production', 'development'],
  ['AA_IMPORT_SIGNING_KEY', 'true', 'true', 'false'],
  ['AA_CONSOLE', 'off', 'off', 'on'],
  ['AA_AUDIENCE', 'sales', 'sales'],
  ['AA_TRUST_DOMAIN', 'spiffe://prod.example/any', 'prod.example', 'agentwrit.local'],
  ['AA_TRUSTED_PROXIES', '10.0.0.0/8, fd00::/8', '10.0.0.0/8,fd00::/8'],
]

for (const [variable, text, value, fallback] of cases) {
  test(`${variable} set to "${text}" is shown as it could be written, beside its default`, () => {
    assert.deepEqual(find(read({ [variable]: text }), variable), {
      variable,
      source: 'environment',
      secret: false,
      value,
      ...(fallback === undefined ? {} : { default: fallback }),
    })
    assert.deepEqual(find(read({}), variable), {
      variable,
      source: 'default',
      secret: false,
      ...(fallback === undefined ? {} : { value: fallback, default: fallback }),
    })
  })
}

test('what stands in the config file is shown as from the file, the secret too', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'agentwrit-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'config')
  writeFileSync(file, `ADMIN_SECRET=${secret}\nAA_PORT=8443\nAA_ISSUER=file\n`, { mode: 0o600 })
  const shown = showSettings(readConfig({ AA_ISSUER: 'environment' }, [file]))
  assert.deepEqual(
    ['AA_ADMIN_SECRET', 'AA_PORT', 'AA_ISSUER', 'AA_MODE'].map((name) => find(shown, name).source),
    ['file', 'file', 'environment', 'default'],
  )
})

test('a program that does not say where its settings are from claims nothing', () => {
  const { config, secrets } = readConfig({ AA_ADMIN_SECRET: secret })
  assert.ok(showSettings({ config, secrets }).every((one) => !('source' in one)))
})

test('of a secret nothing is shown but whether it is set', () => {
  const { config } = readConfig({ AA_ADMIN_SECRET: secret })
  const databaseUrl = 'postgres://broker:pass@db.internal/agentwrit'
  const shown = (known: KnownConfig['secrets']) =>
    showSettings({ config, secrets: known }).filter((one) => one.secret)
  assert.deepEqual(
    shown({ adminSecret: secret, databaseUrl }).map(({ variable, value }) => [variable, value]),
    [
      ['AA_ADMIN_SECRET', 'set'],
      ['AA_DATABASE_URL', 'set'],
    ],
  )
  assert.equal(shown({ adminSecret: secret })[1]?.value, 'unset')
})

test('no secret appears in what is shown, whatever the configuration', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9]{16,40}$/)
  const anyEnvironment: fc.Arbitrary<Environment> = fc.record(
    {
      AA_PORT: fc.integer({ min: 0, max: 65_535 }).map(String),
      AA_ISSUER: fc.webUrl(),
      AA_AUDIENCE: fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
      AA_DB_PATH: fc.constantFrom('./data.db', '/var/lib/agentwrit/data.db'),
      AA_LOG_FORMAT: fc.constantFrom('json', 'pretty'),
      AA_TRUSTED_PROXIES: fc.ipV4().map((address) => `${address}/32`),
      AA_CONSOLE: fc.constantFrom('on', 'off'),
    },
    { requiredKeys: [] },
  )
  const anySecret = fc.oneof(
    word,
    word.map((salt) => `$2b$12$${salt.padEnd(53, 'a').slice(0, 53)}`),
  )
  fc.assert(
    fc.property(
      anyEnvironment,
      anySecret,
      word,
      word,
      (environment, adminSecret, user, password) => {
        const { config, sources } = readConfig({ ...environment, AA_ADMIN_SECRET: adminSecret })
        const databaseUrl = `postgres://${user}:${password}@db.internal/agentwrit`
        const known = { config, sources, secrets: { adminSecret, databaseUrl } }
        const shown = JSON.stringify(showSettings(known))
        for (const hidden of [adminSecret, databaseUrl, user, password]) {
          assert.equal(shown.includes(hidden), false)
        }
      },
    ),
  )
})
