import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from 'bcrypt'
import { adminSecretJudge } from '../../src/crypto/admin-secret.ts'

const SECRET = 'correct horse battery staple'
const unavailable = { name: 'Fault', code: 'service_unavailable', retryAfter: 1 }

async function hashed(secret: string): Promise<string> {
  return hash(secret, 4)
}

test('only the configured secret matches, plain or hashed', async () => {
  for (const configured of [SECRET, await hashed(SECRET)]) {
    const isAdminSecret = adminSecretJudge(configured)
    assert.equal(await isAdminSecret(SECRET), true)
    for (const wrong of [
      '',
      ' ',
      SECRET.slice(1),
      `${SECRET} `,
      SECRET.toUpperCase(),
      configured + SECRET,
    ]) {
      assert.equal(await isAdminSecret(wrong), false)
    }
  }
})

test('the hash itself opens nothing', async () => {
  const configured = await hashed(SECRET)
  assert.equal(await adminSecretJudge(configured)(configured), false)
})

test('a plain secret counts whole, however long', async () => {
  const long = 'é'.repeat(1024)
  const isAdminSecret = adminSecretJudge(long)
  assert.equal(await isAdminSecret(long), true)
  assert.equal(await isAdminSecret(`${long.slice(0, -1)}e`), false)
})

test('all three spellings of a bcrypt hash are understood', async () => {
  const configured = await hashed(SECRET)
  for (const prefix of ['$2a$', '$2b$', '$2y$']) {
    const isAdminSecret = adminSecretJudge(configured.replace('$2b$', prefix))
    assert.equal(await isAdminSecret(SECRET), true)
    assert.equal(await isAdminSecret(`${SECRET}!`), false)
  }
})

test('a presented secret over 72 bytes never matches a hash', async () => {
  const longest = 'é'.repeat(36)
  const isAdminSecret = adminSecretJudge(await hashed(longest))
  assert.equal(await isAdminSecret(longest), true)
  assert.equal(await isAdminSecret(`${longest}x`), false)
  assert.equal(await adminSecretJudge(await hashed('x'.repeat(80)))('x'.repeat(80)), false)
})

test('a secret repeated behind a NUL is not the secret, though bcrypt would say so', async () => {
  const isAdminSecret = adminSecretJudge(await hashed('ab'))
  assert.equal(await isAdminSecret('ab'), true)
  assert.equal(await isAdminSecret('ab\0ab'), false)
  assert.equal(await isAdminSecret('ab\0'), false)
})

test('what begins like a hash and is none, or costs more than 12, is no secret at all', async () => {
  const good = await hashed(SECRET)
  const bad = ['$2b$13$', '$2b$03$', '$2b$31$'].map((prefix) => prefix + good.slice(7))
  for (const configured of [
    ...bad,
    good.slice(0, -1),
    `${good}.`,
    '$2a$plain-secret-of-a-person',
  ]) {
    assert.throws(() => adminSecretJudge(configured))
  }
})

test('nine sign-ins at once are judged, the tenth is 503, and then there is room again', async () => {
  for (const configured of [SECRET, await hashed(SECRET)]) {
    const isAdminSecret = adminSecretJudge(configured)
    const judged = Promise.all(
      Array.from({ length: 9 }, async (_, position) =>
        isAdminSecret(position === 8 ? SECRET : 'a guess'),
      ),
    )
    await assert.rejects(isAdminSecret(SECRET), unavailable)
    assert.deepEqual(await judged, [...Array.from({ length: 8 }, () => false), true])
    assert.equal(await isAdminSecret(SECRET), true)
  }
})
