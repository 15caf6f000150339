import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Claims } from '@agentwrit/protocol'
import { askAsOperator } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { decodeToken } from '../decode-token.ts'
import { testBroker, type TestBroker } from '../test-broker.ts'
import { chainOf, joinAs } from './chain.ts'

// A thief of a signing key knows the ids of others from the records of chains. What he signs is no token of ours.

async function sign({ broker }: TestBroker, claims: Claims, kid: string): Promise<string> {
  const token = broker.context.keys.signAgain(claims, kid)
  assert.ok(token !== undefined)
  return token
}

const forgeries: readonly { readonly what: string; readonly change: (claims: Claims) => Claims }[] =
  [
    { what: 'an invented id', change: (claims) => ({ ...claims, jti: 'f'.repeat(32) }) },
    { what: 'another audience', change: (claims) => ({ ...claims, aud: ['https://bank'] }) },
    { what: 'another key', change: (claims) => ({ ...claims, cnf: { jkt: 'A'.repeat(43) } }) },
    { what: 'a later issue', change: (claims) => ({ ...claims, iat: claims.iat + 5 }) },
    { what: 'a longer life', change: (claims) => ({ ...claims, exp: claims.exp + 60 }) },
    { what: 'another task', change: (claims) => ({ ...claims, task_id: 'another' }) },
  ]

for (const { what, change } of forgeries) {
  test(`a token signed by a thief with ${what} in it is refused everywhere and ends nothing`, async () => {
    await using broker = await testBroker()
    const { own } = await joinAs(broker, 'task')
    const { kid, ...claims } = decodeToken(own)
    const bearer = await sign(broker, change(claims), kid)
    assert.equal((await broker.client.validate(bearer)).valid, false)
    for (const path of ['/v1/token/release', '/v1/token/renew']) {
      assertProblem(await ask(broker, 'POST', path, { bearer }), 401, 'unauthorized')
    }
    assert.equal((await broker.client.validate(own)).valid, true)
  })
}

test('the same words under a retiring key are another token', async () => {
  await using broker = await testBroker()
  const old = broker.broker.context.keys.activeKid
  await askAsOperator(broker, 'POST', '/v1/admin/keys/rotate')
  const { kid, ...claims } = decodeToken((await joinAs(broker, 'task')).own)
  assert.notEqual(kid, old)
  const bearer = await sign(broker, claims, old)
  assert.equal((await broker.client.validate(bearer)).valid, false)
})

test('a superseded token of a delegate is known as such, an invented one of its session is not', async () => {
  await using broker = await testBroker()
  const held = (await chainOf(broker, { depth: 1 }))[1]?.held ?? ''
  await ask(broker, 'POST', '/v1/token/renew', { bearer: held })
  await broker.restart()
  const { kid, ...claims } = decodeToken(held)
  const forged = await sign(broker, { ...claims, jti: 'f'.repeat(32) }, kid)
  const release = (bearer: string) => ask(broker, 'POST', '/v1/token/release', { bearer })
  assertProblem(await release(forged), 401, 'unauthorized')
  assert.equal((await release(held)).status, 204)
})

test('a token that has expired stays expired when the clock is set back', async () => {
  await using broker = await testBroker()
  const { own, agentId } = await joinAs(broker, 'task')
  const { exp } = decodeToken(own)
  broker.advance(exp * 1000 - broker.now() + 60_000)
  // Whatever is committed, the store's time goes on with it.
  await broker.broker.context.store.probe()
  broker.advance(-120_000)
  assert.equal((await broker.client.validate(own)).valid, false)
  const path = `/v1/agents/${encodeURIComponent(agentId)}/key`
  assertProblem(await ask(broker, 'GET', path, { bearer: own }), 401, 'unauthorized')
  await broker.restart()
  assert.equal((await broker.client.validate(own)).valid, false)
})

test('what a delegator learns of another app, by refusals in its own trail, is nothing', async () => {
  await using broker = await testBroker()
  const [from, to] = [await joinAs(broker, 'first'), await joinAs(broker, 'second')]
  const scope = ['read:data:*']
  const secret = { scopes: ['read:hidden:7'] }
  await askAsOperator(broker, 'PUT', `/v1/admin/apps/${to.app.app_id}`, secret)
  const { seq } = await broker.broker.context.store.head()
  const refuse = (delegate_to: string) =>
    ask(broker, 'POST', '/v1/delegate', { bearer: from.own, body: { delegate_to, scope } })
  assertProblem(await refuse(to.agentId), 403, 'scope_violation')
  await askAsOperator(broker, 'PUT', `/v1/admin/apps/${from.app.app_id}`, { delegates_to: [] })
  assertProblem(await refuse(to.agentId), 404, 'not_found')
  assertProblem(await refuse('spiffe://nobody'), 404, 'not_found')
  const events = await broker.broker.context.store.audit.read(seq + 1, 100)
  const own = events.filter(({ actor }) => actor === from.agentId)
  assert.ok(own.length > 0)
  for (const { detail } of own) {
    assert.ok(!detail.includes('hidden') && !detail.includes(to.app.app_id), detail)
  }
  assert.equal(own.filter(({ event_type: type }) => type === 'delegation_denied').length, 1)
})

test('a token of no session is told at once, whatever noise comes from the same place', async () => {
  await using broker = await testBroker()
  const { own } = await joinAs(broker, 'task')
  const { kid, ...claims } = decodeToken(own)
  const bearer = await sign(broker, { ...claims, jti: 'f'.repeat(32) }, kid)
  const renew = (shown?: string) =>
    ask(broker, 'POST', '/v1/token/renew', shown === undefined ? {} : { bearer: shown })
  for (const noise of [undefined, 'garbage', undefined]) await renew(noise)
  const { seq } = await broker.broker.context.store.head()
  await renew(bearer)
  const [event] = await broker.broker.context.store.audit.read(seq + 1, 10)
  assert.equal(event?.event_type, 'token_auth_failed')
  assert.ok(event.detail.includes('unknown_session'))
})
