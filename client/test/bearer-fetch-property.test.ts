// URLs and redirects made of all that has ever confused somebody, between a server that may have the token and one that may not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isAgentWritError } from '@agentwrit/client'
import { serve } from './local-server.ts'
import type { LocalServer } from './local-server.ts'
import { scriptedBroker } from './scripted-broker.ts'

const schemes = [
  'http://',
  'http:',
  'http:\\\\',
  '//',
  'HTTP://',
  'https://',
  'ws://',
  'blob:http://',
  ' http://',
  '',
]
const users = [
  '',
  '',
  '',
  'user@',
  'user:password@',
  'FRIEND@',
  'FRIEND\\@',
  'FRIEND/@',
  'FRIEND#@',
  'FRIEND?@',
]
const hosts = [
  'FRIEND',
  'FRIEND',
  'STRANGER',
  'localhost:FRIENDPORT',
  '127.1:STRANGERPORT',
  '2130706433:FRIENDPORT',
  '127.0.0.1.:FRIENDPORT',
  '127\u30020\u30020\u30021:STRANGERPORT',
  '[::ffff:127.0.0.1]:STRANGERPORT',
  '',
]
const ends = [
  '',
  '/',
  '/path',
  '\\path',
  '?a=b',
  '#STRANGER',
  '/\t@STRANGER',
  '/..//STRANGER',
  '@STRANGER',
  '%2f@STRANGER',
]

const address = fc
  .tuple(...[schemes, users, hosts, ends].map((parts) => fc.constantFrom(...parts)))
  .map((parts) => parts.join(''))
const hop = fc.record({ location: address, status: fc.constantFrom(301, 302, 303, 307, 308) })

test('the token never reaches an origin that is not allowed, whatever is asked and answered', async () => {
  const state = { hops: [] as { location: string; status: number }[] }
  const redirect = () => {
    const next = state.hops.shift()
    if (next === undefined) return { body: 'hello' }
    return { status: next.status, headers: { location: next.location } }
  }
  await using friend = await serve(redirect)
  await using stranger = await serve(() => ({ body: 'thanks' }))
  await using broker = await scriptedBroker()
  const agent = await broker.agent({ allowedOrigins: [friend.url] })
  const name = (text: string) => fill(text, friend, stranger)
  let reached = 0
  await fc.assert(
    fc.asyncProperty(address, fc.array(hop, { maxLength: 4 }), async (url, hops) => {
      state.hops = hops.map(({ location, status }) => ({
        location: header(name(location)),
        status,
      }))
      const method = hops.length % 2 === 0 ? 'GET' : 'POST'
      const answer = await agent.fetch(name(url), { method }).catch((error: unknown) => error)
      if (answer instanceof Response) reached += 1
      else assert.ok(isAgentWritError(answer), String(answer))
      assert.deepEqual(stranger.received, [])
      for (const { headers } of friend.received) assert.equal(headers.host, hostOf(friend))
    }),
    { numRuns: 2_000 },
  )
  assert.ok(reached > 50, `${reached} were answered`)
  assert.ok(
    friend.received.every(({ headers }) => headers.authorization === 'Bearer agent-token-1'),
  )
})

function fill(text: string, friend: LocalServer, stranger: LocalServer): string {
  return text
    .replaceAll('FRIENDPORT', new URL(friend.url).port)
    .replaceAll('STRANGERPORT', new URL(stranger.url).port)
    .replaceAll('FRIEND', hostOf(friend))
    .replaceAll('STRANGER', hostOf(stranger))
}

/** What a server can put into a header. */
const header = (text: string): string => text.replaceAll(/[^\x20-\x7e]/g, '')
const hostOf = ({ url }: LocalServer): string => new URL(url).host
