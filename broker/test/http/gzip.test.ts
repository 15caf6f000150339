import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { acceptsGzip, gzip } from '../../src/http/server/gzip.ts'

test('gzip is accepted when it is named or covered by *, with a weight above zero', () => {
  for (const accept of ['gzip', 'deflate, gzip;q=0.5', 'GZIP', '*', 'gzip;q=1.0']) {
    assert.equal(acceptsGzip(accept), true, accept)
  }
  for (const accept of [
    undefined,
    '',
    'deflate',
    'gzip;q=0',
    'gzip;q=0.000',
    '*;q=0',
    'gzip;q=0, *',
  ]) {
    assert.equal(acceptsGzip(accept), false, accept)
  }
})

test('what is compressed can be read again', async () => {
  const text = 'agentwrit_active_agents 1\n'.repeat(100)
  assert.equal(gunzipSync(await gzip(text)).toString(), text)
})
