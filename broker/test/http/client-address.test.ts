import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { clientAddressBehind } from '../../src/http/server/client-address.ts'

const behindProxies = clientAddressBehind(['10.0.0.0/8', 'fd00::/8'])

test('without trusted proxies the client is the peer, whatever X-Forwarded-For says', () => {
  const direct = clientAddressBehind([])
  assert.equal(direct('192.0.2.7', '198.51.100.1'), '192.0.2.7')
  assert.equal(behindProxies('192.0.2.7', '198.51.100.1'), '192.0.2.7')
})

test('behind a trusted proxy the client is the first untrusted address from the right', () => {
  assert.equal(behindProxies('10.0.0.1', '198.51.100.1'), '198.51.100.1')
  assert.equal(behindProxies('10.0.0.1', '6.6.6.6, 198.51.100.1, 10.9.9.9'), '198.51.100.1')
  assert.equal(behindProxies('fd00::1', '6.6.6.6,2001:db8::1,fd12::2'), '2001:db8::1')
  assert.equal(behindProxies('10.0.0.1', ['6.6.6.6', '198.51.100.1']), '198.51.100.1')
})

test('if every address is trusted the client is the left-most one', () => {
  assert.equal(behindProxies('10.0.0.1', '10.0.0.3, 10.0.0.2'), '10.0.0.3')
  assert.equal(behindProxies('10.0.0.1', undefined), '10.0.0.1')
})

test('an entry that is no IP address ends the walk at the last valid hop', () => {
  for (const entry of ['unknown', '', '198.51.100.1:443', '[2001:db8::1]', '1.2.3', '::zz']) {
    assert.equal(behindProxies('10.0.0.1', `198.51.100.1, ${entry}, 10.0.0.2`), '10.0.0.2', entry)
    assert.equal(behindProxies('10.0.0.1', entry), '10.0.0.1', entry)
  }
})

test('one address has one spelling', () => {
  for (const spelling of ['2001:DB8:0:0::1', '2001:db8::1%eth0', '2001:0db8::0001']) {
    assert.equal(behindProxies(spelling, undefined), '2001:db8::1')
    assert.equal(behindProxies('10.0.0.1', spelling), '2001:db8::1')
  }
  assert.equal(behindProxies('::ffff:192.0.2.7', undefined), '192.0.2.7')
  assert.equal(behindProxies('::ffff:10.0.0.1', '198.51.100.1'), '198.51.100.1')
  assert.equal(behindProxies('::ffff:c000:207', undefined), '192.0.2.7')
})

test('what stands left of the first untrusted address never matters', () => {
  const junk = fc.string({ maxLength: 40 })
  fc.assert(
    fc.property(fc.array(junk), fc.ipV4(), (inventions, address) => {
      fc.pre(!address.startsWith('10.'))
      const header = [...inventions, address, '10.1.1.1'].join(', ')
      assert.equal(behindProxies('10.0.0.1', header), address)
    }),
  )
})
