import { ceiling, removeApp } from '../actors/app.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectProblem, expectStatus } from '../wire/expect.ts'
import { randomName } from '../wire/random-name.ts'

export const appFields: Check = {
  line: 31,
  title: 'Creating an app gives every field; its name is taken for ever; a bad PUT changes nothing',
  parts: [{ title: 'create, create again, change badly', run: createAndChange }],
}

/** Contract 3.3. */
const forms: Readonly<Record<string, RegExp>> = {
  app_id: /^app-[a-z0-9-]+-[0-9a-f]{6}$/,
  client_id: /^[a-z][a-z0-9]{0,2}-[0-9a-f]{12}$/,
  client_secret: /^[0-9a-f]{64}$/,
  status: /^active$/,
  created_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  updated_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
}

async function createAndChange(broker: Broker): Promise<void> {
  const bearer = await broker.operator()
  const body = { name: randomName('conformance'), scopes: ceiling, token_ttl: 600 }
  const made = expectStatus(await broker.post('/v1/admin/apps', body, bearer), 201)
  const id = made.text('app_id')
  broker.cleanUpLater(() => removeApp(broker, id))
  for (const [name, form] of Object.entries(forms)) {
    expect(form.test(made.text(name)), `${name} is not in its form`)
  }
  expect(made.text('name') === body.name, 'name is another')
  expect(made.number('token_ttl') === 600, 'token_ttl is another')
  expect(JSON.stringify(made.json['scopes']) === JSON.stringify(ceiling), 'scopes are others')
  expect(JSON.stringify(made.json['delegates_to']) === '[]', 'delegates_to is not empty')
  expectProblem(await broker.post('/v1/admin/apps', body, bearer), 'conflict', 'the name again')
  const before = await broker.get(`/v1/admin/apps/${id}`, bearer)
  expect(before.json['client_secret'] === undefined, 'the secret is shown again')
  for (const token_ttl of [59, 86_401, -1]) {
    const change = { scopes: ['read:data:1'], token_ttl }
    const refused = await broker.ask('PUT', `/v1/admin/apps/${id}`, { bearer, body: change })
    expectProblem(refused, 'invalid_ttl', String(token_ttl))
  }
  const after = await broker.get(`/v1/admin/apps/${id}`, bearer)
  expect(after.body === before.body, 'a refused PUT has changed the app')
  await removeApp(broker, id)
  expectProblem(await broker.post('/v1/admin/apps', body, bearer), 'conflict', 'an inactive name')
}
