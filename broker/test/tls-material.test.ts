import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError, readConfig } from '../src/config.ts'
import { readTlsMaterial } from '../src/tls-material.ts'
import { selfSigned } from './http/certificates.ts'

const folder = await mkdtemp(join(tmpdir(), 'agentwrit-tls-'))
after(() => rm(folder, { recursive: true }))

const broker = await selfSigned('broker.test')
const other = await selfSigned('other.test')
const garbage = '-----BEGIN CERTIFICATE-----\nbm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n'

interface Files {
  readonly cert?: string
  readonly key?: string
  readonly clientCa?: string
}

async function read(files: Files) {
  const { cert = broker.cert, key = broker.key, clientCa } = files
  const { config } = readConfig({
    AA_ADMIN_SECRET: 'a secret that only tests know',
    AA_TLS_MODE: clientCa === undefined ? 'tls' : 'mtls',
    AA_TLS_CERT: await named('cert.pem', cert),
    AA_TLS_KEY: await named('key.pem', key),
    ...(clientCa === undefined ? {} : { AA_TLS_CLIENT_CA: await named('ca.pem', clientCa) }),
  })
  return readTlsMaterial(config)
}

async function named(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

async function assertRefused(files: Files, variable: string) {
  await assert.rejects(
    read(files),
    (error) => error instanceof ConfigError && error.message.startsWith(`${variable} `),
  )
}

test('a certificate, its chain, its key and those who sign clients are taken as they are', async () => {
  const cert = `${broker.cert}\n${other.cert}\n`
  const material = await read({ cert, clientCa: other.cert })
  assert.equal(material?.cert.toString(), cert)
  assert.equal(material?.key.toString(), broker.key)
  assert.equal(material?.clientCa?.toString(), other.cert)
})

test('what is no certificate stops the start and names its setting', async () => {
  for (const cert of ['', 'no PEM', garbage, broker.key, broker.cert + garbage]) {
    await assertRefused({ cert }, 'AA_TLS_CERT')
    await assertRefused({ clientCa: cert }, 'AA_TLS_CLIENT_CA')
  }
})

test('what is no key, or the key of another certificate, stops the start', async () => {
  for (const key of ['', 'no PEM', broker.cert, other.key]) {
    await assertRefused({ key }, 'AA_TLS_KEY')
  }
})
