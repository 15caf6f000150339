import assert from 'node:assert/strict'
import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { awrit, temporaryFolder } from './awrit.ts'

const secret = 'correct horse battery staple'
const environment = { AA_ADMIN_SECRET: secret, AA_PORT: '0' }
const listening = /"url":"(http:[^"]+)"/

test('restore accept tells what dies and what to review, and the broker starts again', async (t) => {
  const folder = temporaryFolder(t)
  const database = join(folder, 'data.db')
  const first = awrit(t, ['serve'], { folder, environment })
  const [, url = ''] = await first.expect(listening)
  const bearer = await signIn(url)
  await post(url, '/v1/admin/apps', { name: 'weather', scopes: ['read:data:*'] }, bearer)
  await post(url, '/v1/revoke', { level: 'task', target: 'bad-task' }, bearer)
  first.child.kill('SIGTERM')
  await first.ended
  copyFileSync(database, `${database}.backup`)

  const second = awrit(t, ['serve'], { folder, environment })
  const [, again = ''] = await second.expect(listening)
  await post(again, '/v1/revoke', { level: 'task', target: 'another-task' }, bearer)
  const busy = await awrit(t, ['restore', 'accept', '--yes'], { folder }).ended
  assert.equal(busy.code, 1)
  assert.match(busy.stderr, /^FATAL: .*data\.db\.lock/)
  second.child.kill('SIGTERM')
  await second.ended
  copyFileSync(`${database}.backup`, database)

  const refused = await awrit(t, ['serve'], { folder, environment }).ended
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /^FATAL: [^\n]*data\.db[^\n]*`awrit restore accept`[^\n]*\n$/)

  // Of the environment nothing is needed: no secret, and no other setting is looked at.
  const accepted = await awrit(t, ['restore', 'accept', '--yes'], { folder }).ended
  assert.equal(accepted.code, 0, accepted.stderr)
  assert.match(
    accepted.stdout,
    /^FINGERPRINT +EPOCH +NOT_BEFORE\n[0-9a-f]{64} {2}[0-9a-f]{16} {2}\d{4}-\S+Z\n$/,
  )
  assert.match(accepted.stderr, /^ {2}weather +app-weather-\w+ +active +read:data:\* /m)
  assert.match(accepted.stderr, /^ {2}bad-task +\S+Z +-$/m)
  assert.match(accepted.stderr, /^ {2}[\w-]{43} +active /m)
  assert.ok(!accepted.stderr.includes('another-task'))
  assert.ok(!accepted.stderr.includes('secret_') && !accepted.stderr.includes(secret))

  const third = awrit(t, ['serve'], { folder, environment })
  const [, last = ''] = await third.expect(listening)
  const { valid } = await post(last, '/v1/token/validate', { token: bearer })
  assert.equal(valid, false)
})

test('restore accept --json prints one object, and the high-water file agrees with it', async (t) => {
  const folder = temporaryFolder(t)
  const broker = awrit(t, ['serve'], { folder, environment })
  await broker.expect(listening)
  broker.child.kill('SIGTERM')
  await broker.ended
  const { stdout, code } = await awrit(t, ['restore', 'accept', '--yes', '--json'], { folder })
    .ended
  assert.equal(code, 0)
  const { fingerprint, epoch, not_before, ...rest } = JSON.parse(stdout)
  assert.deepEqual(rest, {})
  assert.match(`${fingerprint} ${epoch}`, /^[0-9a-f]{64} [0-9a-f]{16}$/)
  const remembered = JSON.parse(readFileSync(join(folder, 'data.db.high-water'), 'utf8'))
  assert.deepEqual([remembered.epoch, remembered.not_before], [epoch, not_before])
})

async function signIn(url: string): Promise<string> {
  const { access_token: token } = await post(url, '/v1/admin/auth', { secret })
  return String(token)
}

async function post(url: string, path: string, body: object, bearer?: string) {
  const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers,
  })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  const read: unknown = await answer.json()
  assert.ok(typeof read === 'object' && read !== null)
  return { ...read } as Record<string, unknown>
}
