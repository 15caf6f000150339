import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentReleasedError, RateLimitError, TransportError } from '@agentwrit/client'
import { problem } from './local-server.ts'
import type { Reply } from './local-server.ts'
import { scriptedBroker } from './scripted-broker.ts'

const signInPath = '/v1/app/auth'
const releasePath = '/v1/token/release'
const day = 86_400_000

/** The sign-ins of an app, by number, whose tokens live for a day; undefined is one that succeeds. */
function serveSignIns(
  replyTo: (signIn: number) => Reply | 'hang up' | undefined = () => undefined,
) {
  let signIns = 0
  return scriptedBroker(300, ({ path }) => {
    if (path !== signInPath) return undefined
    signIns += 1
    const body = { access_token: `app-token-${signIns}`, expires_in: day / 1000 }
    return replyTo(signIns) ?? { body }
  })
}

test('a caller who gives up waiting leaves the sign-in to the others', async () => {
  await using broker = await serveSignIns()
  const app = await broker.signIn()
  broker.surroundings.advance(day)
  const controller = new AbortController()
  const reason = new Error('enough')
  const { signal } = controller
  const waiting = [app.token({ signal }), app.token(), app.token({ signal })]
  controller.abort(reason)
  const [first, second, third] = await Promise.allSettled(waiting)
  for (const given of [first, third]) assert.deepEqual(given, { status: 'rejected', reason })
  assert.deepEqual(second, { status: 'fulfilled', value: 'app-token-2' })
})

test('once a sign-out has begun nobody signs in, and no token stays behind', async () => {
  await using broker = await serveSignIns()
  const app = await broker.signIn()
  broker.surroundings.advance(day)
  const late = app.token()
  const [, , refused] = await Promise.allSettled([late, app.signOut(), app.token()])
  assert.ok(refused.status === 'rejected' && refused.reason instanceof AgentReleasedError)
  await assert.rejects(app.token(), AgentReleasedError)
  const released = broker.calls(releasePath).map(({ headers }) => headers.authorization)
  assert.deepEqual([broker.calls(signInPath).length, released], [2, ['Bearer app-token-2']])
})

test('a sign-out that did not arrive is an error, and can be repeated', async () => {
  let isUp = false
  await using broker = await scriptedBroker(300, ({ path }) =>
    path === releasePath && !isUp ? 'hang up' : undefined,
  )
  const app = await broker.signIn()
  await assert.rejects(app.signOut(), TransportError)
  await assert.rejects(app.token(), AgentReleasedError)
  isUp = true
  await app.signOut()
  await app.signOut()
  assert.equal(broker.calls(releasePath).length, 2)
})

test('a token that lives is refused to nobody because signing in anew has failed, nor is that tried at once again', async () => {
  await using broker = await serveSignIns((signIn) =>
    signIn === 1 ? undefined : problem(429, 'rate_limited'),
  )
  const app = await broker.signIn()
  broker.surroundings.advance(day - 60_000)
  assert.deepEqual(await Promise.all([app.token(), app.token()]), ['app-token-1', 'app-token-1'])
  broker.surroundings.advance(4_999)
  assert.equal(await app.token(), 'app-token-1')
  assert.equal(broker.calls(signInPath).length, 2)
  broker.surroundings.advance(1)
  assert.equal(await app.token(), 'app-token-1')
  assert.equal(broker.calls(signInPath).length, 3)
  broker.surroundings.advance(55_000)
  await assert.rejects(app.token(), RateLimitError)
})

test('to sign out, or to release an agent, after the end of the token is no error; before, a refusal is one', async () => {
  await using broker = await scriptedBroker(300, ({ path }) =>
    path === releasePath ? problem(401, 'unauthorized') : undefined,
  )
  const app = await broker.signIn()
  const agent = await app.createAgent({ orchId: 'o', taskId: 't', scope: ['read:data:*'] })
  await assert.rejects(agent.release(), { status: 401 })
  broker.surroundings.advance(300_000)
  await agent.release()
  await assert.rejects(app.signOut(), { status: 401 })
  broker.surroundings.advance(day)
  await app.signOut()
})

test('an agent whose last renewal was never answered may live on: that it cannot be released is an error', async () => {
  await using broker = await scriptedBroker(300, ({ path }) =>
    path === releasePath ? problem(401, 'unauthorized') : undefined,
  )
  const agent = await broker.agent()
  broker.renewals.push('lost')
  await assert.rejects(agent.renew(), TransportError)
  broker.surroundings.advance(300_000)
  await assert.rejects(agent.release(), { status: 401 })
})
