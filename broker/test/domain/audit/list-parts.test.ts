import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { canonicalize, formatDetail } from '@agentwrit/protocol'
import { registerApp } from '../../apps.ts'
import { ask, assertProblem } from '../../ask.ts'
import { eventsSince, signInAdmin } from '../../lineages.ts'
import { testBroker } from '../../test-broker.ts'
import { listParts, replacedParts } from '../../../src/domain/audit/list-parts.ts'

const longList = Array.from({ length: 50 }, (_, number) => `read:archive-${number}:*`)

test('a list that a detail can hold stands there as it is', () => {
  const exactly = [`${'x'.repeat(253)}a`]
  assert.deepEqual(listParts('scope', exactly), { scope: exactly })
  assert.deepEqual(listParts('scope', []), { scope: [] })
})

test('a list that a detail would cut is proven by its length and its hash', () => {
  for (const list of [longList, [`${'x'.repeat(254)}a`]]) {
    const { scope_count: count, scope_sha256: digest } = listParts('scope', list)
    assert.equal(count, list.length)
    assert.equal(digest, hash('sha256', canonicalize(list)))
  }
})

test('a replaced list tells what was added and what was removed, in a detail of bounded size', () => {
  const parts = replacedParts(longList, [...longList.slice(1), 'write:archive:1'])
  assert.deepEqual(parts['added'], ['write:archive:1'])
  assert.deepEqual(parts['removed'], [longList[0]])
  assert.equal(parts['old_count'], 50)
  assert.equal(parts['new_count'], 50)
  assert.notEqual(parts['old_sha256'], parts['new_sha256'])
  assert.ok(formatDetail('ceiling replaced', parts).length < 1600)
})

test('the trail proves the whole ceiling that an app was given', async () => {
  await using broker = await testBroker()
  await broker.operator()
  const start = await broker.broker.context.store.audit.count()
  await registerApp(broker, { scopes: longList })
  const [event] = await eventsSince(broker, start)
  const digest = hash('sha256', canonicalize(longList))
  assert.ok(event?.detail.includes(` | scope_count=50 | scope_sha256=${digest}`), event?.detail)
})

test('an operator who wants to give an app a reserved scope is refused and audited', async () => {
  await using broker = await testBroker()
  const { token: bearer, claims } = await signInAdmin(broker)
  const { app_id: appId } = await registerApp(broker)
  const start = await broker.broker.context.store.audit.count()
  const scopes = ['read:data:*', 'admin:revoke:*']
  const made = await ask(broker, 'POST', '/v1/admin/apps', {
    bearer,
    body: { name: 'greedy', scopes },
  })
  assertProblem(made, 400, 'invalid_request')
  const path = `/v1/admin/apps/${appId}`
  assertProblem(
    await ask(broker, 'PUT', path, { bearer, body: { scopes } }),
    400,
    'invalid_request',
  )
  const malformed = { name: 'clumsy', scopes: ['read'] }
  await ask(broker, 'POST', '/v1/admin/apps', { bearer, body: malformed })
  const events = await eventsSince(broker, start)
  assert.deepEqual(
    events.map(({ event_type: type, resource }) => [type, resource]),
    [
      ['scope_violation', '/v1/admin/apps'],
      ['scope_violation', '/v1/admin/apps/{id}'],
    ],
  )
  const [event] = events
  assert.partialDeepStrictEqual(event, { actor: 'admin', outcome: 'denied', jti: claims.jti })
  assert.match(event?.detail ?? '', /reason=scope_reserved \| requested=\[read:data:\*,admin:/)
})
