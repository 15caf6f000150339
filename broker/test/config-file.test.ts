import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { ConfigError, readConfig } from '../src/config.ts'

const secret = 'correct horse battery staple'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'awrit-config-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

function write(t: TestContext, content: string, mode = 0o600): string {
  const path = join(folder(t), 'config')
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

/** The message holds `mentioned`, and never what the tests below write where it does not belong. */
function assertRefused(read: () => unknown, mentioned: string): void {
  assert.throws(read, (error) => {
    assert.ok(error instanceof ConfigError)
    assert.ok(error.message.includes(mentioned), error.message)
    assert.ok(!error.message.includes('hunter2'), error.message)
    return true
  })
}

test('the file sets what the environment leaves open, and its sources are told', (t) => {
  const path = write(
    t,
    `# a comment\n\n  MODE = production \r\nADMIN_SECRET=${secret}=#x\nAA_PORT=1\nAA_MAX_TTL=7\nAA_ISSUER=\n`,
  )
  const { config, secrets, sources, file } = readConfig({ AA_PORT: '2', AA_MAX_TTL: '' }, [path])
  assert.equal(config.mode, 'production')
  assert.equal(config.port, 2)
  assert.equal(config.maxTtl, 7)
  assert.equal(secrets.adminSecret, `${secret}=#x`)
  assert.equal(file, path)
  assert.deepEqual(
    [sources['AA_PORT'], sources['AA_MAX_TTL'], sources['AA_ISSUER'], sources['AA_ADMIN_SECRET']],
    ['environment', path, 'default', path],
  )
})

test('the first file that exists is used, the one of AA_CONFIG_PATH before all', (t) => {
  const first = write(t, `ADMIN_SECRET=${secret}\nAA_PORT=1`)
  const second = write(t, `ADMIN_SECRET=${secret}\nAA_PORT=2`)
  const missing = join(folder(t), 'none')
  assert.equal(readConfig({}, [missing, join(first, 'none'), second, first]).config.port, 2)
  assert.equal(readConfig({ AA_CONFIG_PATH: first }, [second]).config.port, 1)
})

test('a file named by AA_CONFIG_PATH must exist', (t) => {
  const other = write(t, `ADMIN_SECRET=${secret}`)
  const environment = { AA_CONFIG_PATH: join(folder(t), 'none'), AA_ADMIN_SECRET: secret }
  assertRefused(() => readConfig(environment, [other]), 'AA_CONFIG_PATH')
})

for (const mode of [0o640, 0o604, 0o610, 0o601, 0o660, 0o602]) {
  test(`a file of mode ${mode.toString(8)} is refused`, (t) => {
    const path = write(t, `ADMIN_SECRET=${secret}`, mode)
    assertRefused(() => readConfig({}, [path]), path)
  })
}

test('an owner may take write permission away', (t) => {
  const path = write(t, `ADMIN_SECRET=${secret}`, 0o400)
  assert.equal(readConfig({}, [path]).secrets.adminSecret, secret)
})

test('a symbolic link, a folder and a named pipe are refused, not passed over', (t) => {
  const real = write(t, `ADMIN_SECRET=${secret}`)
  const place = folder(t)
  symlinkSync(real, join(place, 'link'))
  symlinkSync(join(place, 'nowhere'), join(place, 'dangling'))
  mkdirSync(join(place, 'folder'), { mode: 0o700 })
  execFileSync('mkfifo', ['-m', '600', join(place, 'pipe')])
  for (const name of ['link', 'dangling', 'folder', 'pipe']) {
    assertRefused(() => readConfig({}, [join(place, name), real]), join(place, name))
  }
})

test('a line that is no setting, is unknown or comes twice is refused, and neither shown', (t) => {
  const slips = {
    'hunter2-hunter2-hunter2': 3,
    '=hunter2': 3,
    'hunter2=x': 3,
    'AA_CONFIG_PATH=/hunter2': 3,
    'PATH=/hunter2': 3,
    'aa_port=1': 3,
    'AA_PORT=9': 3,
    'AA_MODE=hunter2\nMODE=hunter2': 4,
    'AA_ADMIN_SECRET=hunter2\nADMIN_SECRET=hunter2': 4,
    'toString=1': 3,
    '__proto__=1': 3,
  }
  for (const [slip, line] of Object.entries(slips)) {
    const path = write(t, `# slips\nAA_PORT=1\n${slip}\n`)
    const read = () => readConfig({ AA_ADMIN_SECRET: secret }, [path])
    assertRefused(read, `line ${line}:`)
  }
})

test('a value of the file that is not valid names the variable and the file', (t) => {
  const path = write(t, `ADMIN_SECRET=short\n`)
  assertRefused(() => readConfig({}, [path]), `AA_ADMIN_SECRET (in ${path})`)
})

test('a file that is no UTF-8 text or is huge is refused', (t) => {
  const path = write(t, '')
  writeFileSync(path, Buffer.from([0x41, 0xff]))
  assertRefused(() => readConfig({}, [path]), path)
  writeFileSync(path, '#'.repeat(64 * 1024 + 1))
  assertRefused(() => readConfig({}, [path]), path)
})
