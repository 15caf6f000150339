import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import * as files from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { KeyFileError, type KeyFileFlaw } from '../../src/crypto/key-file-error.ts'
import { loadSigningKeyFile } from '../../src/crypto/key-file.ts'
import { vectorSeed } from './vectors.ts'

const VECTOR_PEM = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
`

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await files.mkdtemp(join(tmpdir(), 'agentwrit-key-'))
  t.after(() => files.rm(folder, { recursive: true }))
  return folder
}

async function write(path: string, text: string, mode = 0o600): Promise<void> {
  await files.writeFile(path, text)
  await files.chmod(path, mode)
}

async function assertRefused(path: string, flaw: KeyFileFlaw, mayCreate = false): Promise<void> {
  await assert.rejects(loadSigningKeyFile(path, { mayCreate }), (error: unknown) => {
    assert.ok(error instanceof KeyFileError)
    assert.equal(error.flaw, flaw)
    // Part of the contract: a start-up error names the variable.
    assert.ok(error.message.startsWith('AA_SIGNING_KEY_PATH '))
    return true
  })
}

test('the seed is the private key of the file', async (t) => {
  const path = join(await temporaryFolder(t), 'signing.key')
  await write(path, VECTOR_PEM)
  assert.deepEqual(Buffer.from(await loadSigningKeyFile(path, { mayCreate: false })), vectorSeed)
  await files.chmod(path, 0o400)
  assert.deepEqual(Buffer.from(await loadSigningKeyFile(path, { mayCreate: true })), vectorSeed)
})

test('a key file is made where it is missing, for its owner alone, and stays what it is', async (t) => {
  const folder = await temporaryFolder(t)
  const path = join(folder, 'new', 'deep', 'signing.key')
  const seed = await loadSigningKeyFile(path, { mayCreate: true })
  assert.equal(seed.length, 32)
  assert.equal((await files.stat(path)).mode & 0o777, 0o600)
  for (const made of ['new', 'new/deep']) {
    assert.equal((await files.stat(join(folder, made))).mode & 0o777, 0o700)
  }
  assert.deepEqual(await files.readdir(join(folder, 'new', 'deep')), ['signing.key'])
  assert.deepEqual(await loadSigningKeyFile(path, { mayCreate: true }), seed)
})

test('brokers that start at once agree on one key file', async (t) => {
  const path = join(await temporaryFolder(t), 'keys', 'signing.key')
  const starts = Array.from({ length: 20 }, () => loadSigningKeyFile(path, { mayCreate: true }))
  const seeds = new Set(
    (await Promise.all(starts)).map((seed) => Buffer.from(seed).toString('hex')),
  )
  assert.equal(seeds.size, 1)
  assert.deepEqual(await files.readdir(join(path, '..')), ['signing.key'])
})

test('a missing key file is made beside an empty store only', async (t) => {
  const path = join(await temporaryFolder(t), 'signing.key')
  await assertRefused(path, 'missing')
  await assert.rejects(files.stat(path), { code: 'ENOENT' })
})

test('a key file that its group or others can use in any way is refused', async (t) => {
  const path = join(await temporaryFolder(t), 'signing.key')
  for (const mode of [0o640, 0o604, 0o620, 0o602, 0o644, 0o610, 0o601, 0o444]) {
    await write(path, VECTOR_PEM, mode)
    await assertRefused(path, 'open_to_others', true)
    await files.rm(path)
  }
})

test('a link is judged by what it leads to', async (t) => {
  const folder = await temporaryFolder(t)
  const [target, link] = [join(folder, 'target'), join(folder, 'signing.key')]
  await write(target, VECTOR_PEM)
  await files.symlink(target, link)
  assert.deepEqual(Buffer.from(await loadSigningKeyFile(link, { mayCreate: false })), vectorSeed)
  await files.chmod(target, 0o644)
  await assertRefused(link, 'open_to_others')
})

test('nothing is made at the end of a dangling link', async (t) => {
  const folder = await temporaryFolder(t)
  await files.symlink(join(folder, 'elsewhere'), join(folder, 'signing.key'))
  await assertRefused(join(folder, 'signing.key'), 'missing', true)
  assert.deepEqual(await files.readdir(folder), ['signing.key'])
})

test('what is not a file, or lies behind one, is refused', async (t) => {
  const folder = await temporaryFolder(t)
  await assertRefused(folder, 'not_a_file', true)
  await assertRefused('/dev/null', 'not_a_file', true)
  await write(join(folder, 'file'), VECTOR_PEM)
  await assertRefused(join(folder, 'file', 'signing.key'), 'cannot_open', true)
})

test('a key file that cannot be made is an error, not a broker without one', async (t) => {
  // Too long for the draft that becomes the file; true for root as well, whom no permission stops.
  const path = join(await temporaryFolder(t), 'k'.repeat(250))
  await assertRefused(path, 'cannot_make', true)
})

test('what is not exactly one unencrypted Ed25519 key in PKCS#8 is refused', async (t) => {
  const path = join(await temporaryFolder(t), 'signing.key')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const x25519 = generateKeyPairSync('x25519').privateKey
  const pkcs8 = { format: 'pem', type: 'pkcs8' } as const
  const locked = privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'secret' })
  const listed: [string, KeyFileFlaw][] = [
    ['', 'empty'],
    ['\n', 'empty'],
    ['a'.repeat(32), 'not_pkcs8'],
    [locked.toString(), 'not_pkcs8'],
    [publicKey.export({ format: 'pem', type: 'spki' }).toString(), 'not_pkcs8'],
    [other.export({ format: 'pem', type: 'sec1' }).toString(), 'not_pkcs8'],
    [VECTOR_PEM + VECTOR_PEM, 'not_pkcs8'],
    [VECTOR_PEM.slice(0, -10), 'not_pkcs8'],
    [VECTOR_PEM.replace('MC4C', 'MC4D'), 'corrupt'],
    [VECTOR_PEM.replace('MC4C', ''), 'corrupt'],
    [VECTOR_PEM.replace(/MC4.*\n/, ''), 'corrupt'],
    [other.export(pkcs8).toString(), 'not_ed25519'],
    [x25519.export(pkcs8).toString(), 'not_ed25519'],
    [randomBytes(12_000).toString('hex'), 'too_large'],
  ]
  for (const [text, flaw] of listed) {
    await write(path, text)
    await assertRefused(path, flaw, true)
    assert.equal(await files.readFile(path, 'utf8'), text)
  }
})
