import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'
import { rfc8032Vectors } from './rfc8032-vectors.ts'

test('where libsodium has no binary, OpenSSL does the same', async () => {
  const hooks = registerHooks({
    load(url, context, nextLoad) {
      if (url.includes('/sodium-native/')) throw new Error('no binary for this machine')
      return nextLoad(url, context)
    },
  })
  try {
    const { chooseEd25519 } = await import('../../src/crypto/choose-ed25519.ts')
    const ed25519 = await chooseEd25519()
    assert.equal(ed25519.name, 'node')
    for (const { publicKey, text, signature } of rfc8032Vectors) {
      assert.ok(ed25519.verify(publicKey, text, signature))
    }
  } finally {
    hooks.deregister()
  }
})
