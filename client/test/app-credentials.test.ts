import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { App } from '@agentwrit/client'
import { serve } from './local-server.ts'

const names = ['AGENTWRIT_BROKER_URL', 'AGENTWRIT_CLIENT_ID', 'AGENTWRIT_CLIENT_SECRET'] as const
const signedIn = { body: { access_token: 'app-token', expires_in: 300 } }

/** The environment of the process holds these three variables and no others of ours, for one test. */
function setEnvironment(t: TestContext, ...values: readonly (string | undefined)[]): void {
  // oxlint-disable-next-line node/no-process-env -- what is read from it is what is tested
  const { env } = process
  const before = names.map((name) => env[name])
  const write = (all: readonly (string | undefined)[]) => {
    for (const [index, name] of names.entries()) {
      const value = all[index]
      if (value === undefined) delete env[name]
      else env[name] = value
    }
  }
  write(values)
  t.after(() => write(before))
}

/** This runtime looks like another one, for one test. */
function setGlobal(t: TestContext, name: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(globalThis, name)
  Object.defineProperty(globalThis, name, { value, configurable: true })
  t.after(() => {
    if (before === undefined) Reflect.deleteProperty(globalThis, name)
    else Object.defineProperty(globalThis, name, before)
  })
}

test('an app signs in with what the environment holds', async (t) => {
  await using server = await serve(() => signedIn)
  setEnvironment(t, server.url, ' client-1 ', 'secret-1')
  const app = await App.signIn()
  assert.equal(app.clientId, 'client-1')
  const sent = { client_id: 'client-1', client_secret: 'secret-1' }
  assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), sent)
})

test('what is given takes precedence over the environment, member by member', async (t) => {
  await using server = await serve(() => signedIn)
  setEnvironment(t, 'http://127.0.0.1:1', 'client-1', 'secret-1')
  await App.signIn({ broker: server.url, clientId: 'client-2' })
  const sent = { client_id: 'client-2', client_secret: 'secret-1' }
  assert.deepEqual(JSON.parse(server.received[0]?.body ?? ''), sent)
})

test('a variable that is missing or empty is named, with the member it stands for', async (t) => {
  const members = ['broker', 'clientId', 'clientSecret']
  for (const [missing, name] of names.entries()) {
    for (const empty of [undefined, '', '  ']) {
      const values = ['http://127.0.0.1:1', 'client-1', 'secret-1']
      setEnvironment(t, ...values.map((value, index) => (index === missing ? empty : value)))
      await assert.rejects(App.signIn(), (error) => {
        assert.ok(error instanceof TypeError)
        assert.ok(error.message.includes(name) && error.message.includes(members[missing] ?? '?'))
        return !error.message.includes('secret-1')
      })
    }
  }
})

test('in Deno the environment is asked for by name', async (t) => {
  await using server = await serve(() => signedIn)
  setEnvironment(t)
  const values = new Map(
    [server.url, 'client-3', 'secret-3'].map((text, index) => [names[index], text]),
  )
  const env = { values, get: (name: string) => values.get(name as (typeof names)[0]) }
  setGlobal(t, 'Deno', { env })
  assert.equal((await App.signIn()).clientId, 'client-3')
})

test('where there is no environment, the variable is named all the same', async (t) => {
  setGlobal(t, 'process', undefined)
  await assert.rejects(App.signIn(), TypeError)
})

for (const [what, name, value] of [
  ['a page', 'document', {}],
  ['a worker of a page', 'navigator', { userAgent: 'Mozilla/5.0 (X11; Linux x86_64)' }],
] as const) {
  test(`${what} holds no client secret, unless it says that it wants the danger`, async (t) => {
    await using server = await serve(() => signedIn)
    const credentials = { broker: server.url, clientId: 'client-1', clientSecret: 'secret-1' }
    setGlobal(t, name, value)
    await assert.rejects(App.signIn(credentials), TypeError)
    assert.equal(server.received.length, 0)
    await App.signIn({ ...credentials, dangerouslyAllowBrowser: true })
    const [sent] = server.received
    assert.equal(sent?.headers['user-agent']?.startsWith('agentwrit'), false)
  })
}
