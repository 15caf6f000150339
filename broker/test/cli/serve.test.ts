import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { awrit, temporaryFolder } from './awrit.ts'

const environment = { AA_ADMIN_SECRET: 'correct horse battery staple', AA_PORT: '0' }
const listening = /"url":"(http:[^"]+)"/

test('a served broker answers, logs one JSON object a line, and stops in order on SIGTERM', async (t) => {
  const { child, expect, ended } = awrit(t, ['serve'], { folder: temporaryFolder(t), environment })
  const [, url] = await expect(listening)
  assert.equal((await fetch(`${url}/readyz`)).status, 200)

  child.kill('SIGTERM')

  const { code, stdout, stderr } = await ended
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  for (const line of stdout.trimEnd().split('\n')) {
    const { time, level, msg }: Record<string, unknown> = JSON.parse(line)
    assert.deepEqual([typeof time, typeof level, typeof msg], ['string', 'string', 'string'])
  }
  assert.match(stdout, /"signal":"SIGTERM"/, 'the last records are written too')
  assert.ok(!stdout.includes(environment.AA_ADMIN_SECRET))
})

test('SIGINT ends a broker as SIGTERM does', async (t) => {
  const { child, expect, ended } = awrit(t, ['serve'], { folder: temporaryFolder(t), environment })
  await expect(listening)
  child.kill('SIGINT')
  assert.equal((await ended).code, 0)
})

test('seed tokens are printed when asked for, and only then', async (t) => {
  const folder = temporaryFolder(t)
  const seeded = awrit(t, ['serve'], {
    folder,
    environment: { ...environment, AA_SEED_TOKENS: 'true' },
  })
  await seeded.expect(/^SEED_LAUNCH_TOKEN=[0-9a-f]{64}$/m)
  await seeded.expect(/^SEED_ADMIN_TOKEN=[\w-]+\.[\w-]+\.[\w-]+$/m)
  seeded.child.kill('SIGTERM')
  await seeded.ended

  const plain = awrit(t, ['serve'], { folder, environment })
  await plain.expect(listening)
  plain.child.kill('SIGTERM')
  assert.ok(!(await plain.ended).stdout.includes('SEED_'))
})

test('a taken port is a fatal error and leaves nothing running', async (t) => {
  const first = awrit(t, ['serve'], { folder: temporaryFolder(t), environment })
  const [, url = ''] = await first.expect(listening)
  const second = awrit(t, ['serve'], {
    folder: temporaryFolder(t),
    environment: { ...environment, AA_PORT: new URL(url).port },
  })
  const { code, stderr } = await second.ended
  assert.equal(code, 1)
  assert.match(stderr, /^FATAL: .+$/m)
})

test('a warning of the configuration is logged', async (t) => {
  const { expect } = awrit(t, ['serve'], {
    folder: temporaryFolder(t),
    environment: { ...environment, AA_AUDIANCE: 'typo' },
  })
  await expect(/"level":"warn".*AA_AUDIANCE/)
})

test('serve --dev needs no settings and keeps its secret to itself after the first start', async (t) => {
  const folder = temporaryFolder(t)
  const first = awrit(t, ['serve', '--dev'], { folder, environment: { AA_PORT: '0' } })
  await first.expect(/^SEED_ADMIN_TOKEN=/m)
  first.child.kill('SIGTERM')
  const [, secret = ''] = /Admin secret.*: ([\w-]{43})$/m.exec((await first.ended).stderr) ?? []
  const file = join(folder, '.awrit-dev/config')
  assert.ok(secret !== '' && readFileSync(file, 'utf8').includes(`ADMIN_SECRET=${secret}\n`))
  assert.equal(statSync(file).mode & 0o777, 0o600)

  const second = awrit(t, ['serve', '--dev'], { folder, environment: { AA_PORT: '0' } })
  const [, url] = await second.expect(/listening \{"url":"([^"]+)"/)
  assert.ok(!second.written.stderr.includes(secret))
  const signIn = { method: 'POST', body: JSON.stringify({ secret }) }
  assert.equal((await fetch(`${url}/v1/admin/auth`, signIn)).status, 200)
})
