import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Broker, TransportError } from '@agentwrit/client'

const token = 'a-token-that-nobody-may-see'

/** The cause of the error of a call whose `fetch` throws this. */
async function causeOf(thrown: unknown): Promise<unknown> {
  const broker = new Broker('http://broker.test', {
    maxRetries: 0,
    fetch: () => Promise.reject(thrown),
  })
  const error: unknown = await broker.release(token).catch((caught: unknown) => caught)
  assert.ok(error instanceof TransportError)
  const shown = inspect(error, { depth: Infinity, showHidden: true, getters: true })
  assert.equal(shown.includes(token), false)
  return error.cause
}

test('the cause of an error is what was thrown, as long as it shows no credential', async () => {
  const plain = new TypeError('fetch failed', {
    cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED', port: 8080, errno: -111 }),
  })
  assert.equal(await causeOf(plain), plain)
  const many = Object.assign(new AggregateError([plain]), { details: { tried: ['::1'] } })
  assert.equal(await causeOf(many), many)
})

test('a cause that shows a credential, or hides what it shows, is told in words alone', async () => {
  const request = new Request('http://broker.test', {
    headers: { authorization: `Bearer ${token}` },
  })
  const headers = { authorization: `Bearer ${token}` }
  const hidden = Object.defineProperty(new Error('no'), 'config', { get: () => ({ headers }) })
  const looped = Object.assign(new Error('no'), { self: {} })
  looped.self = looped
  for (const thrown of [
    new TypeError(`no header may be "Bearer ${token}"`),
    Object.assign(new Error('no'), { request }),
    Object.assign(new Error('no'), { config: { headers } }),
    Object.assign(new Error('no'), { [token]: true }),
    Object.assign(new Error('no'), { [Symbol('hidden')]: [headers] }),
    Object.assign(new Error('no'), { toJSON: () => headers }),
    new Error('no', { cause: new Error(`sent ${token}`) }),
    hidden,
    looped,
  ]) {
    const cause = await causeOf(thrown)
    assert.ok(cause instanceof Error)
    assert.notEqual(cause, thrown)
    assert.equal(cause.name, thrown.name)
  }
  assert.equal(await causeOf(`sent ${token}`), undefined)
  assert.equal(await causeOf(request), undefined)
})

test('a connection that was never made is known as such, whatever becomes of the cause', async () => {
  const request = new Map()
  for (const [members, neverSent] of [
    [{ code: 'ECONNREFUSED', request }, true],
    [{ code: 'ETIMEDOUT', syscall: 'connect', request }, true],
    [{ code: 'ETIMEDOUT', syscall: 'read', request }, false],
    [{ code: 'ECONNRESET', request }, false],
  ] as const) {
    const thrown = new TypeError('fetch failed', { cause: Object.assign(new Error('no'), members) })
    const broker = new Broker('http://broker.test', {
      maxRetries: 0,
      fetch: () => Promise.reject(thrown),
    })
    await assert.rejects(broker.release(token), (error) => {
      assert.ok(error instanceof TransportError)
      assert.notEqual(error.cause, thrown)
      return error.neverSent === neverSent
    })
  }
})
