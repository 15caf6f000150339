import { makeAgent } from '../actors/agent.ts'
import { makeApp, type App } from '../actors/app.ts'
import { delegate, expectDead, expectLive, isLive } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Answer } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectStatus } from '../wire/expect.ts'
import { publishedKeys } from '../wire/published-keys.ts'

export const keyRotation: Check = {
  line: 38,
  title: 'Keys rotate without killing anything; an emergency kills what the key signed',
  parts: [
    { title: 'an ordinary rotation', needs: ['permission'], run: ordinary },
    { title: 'an emergency for a retiring key', needs: ['permission'], run: ofRetiringKey },
    { title: 'an emergency for the active key', needs: ['permission'], run: ofActiveKey },
    { title: 'the old key goes with the last session begun under it', needs: ['settings'] },
  ],
}

async function rotate(broker: Broker, body: object = {}): Promise<Answer> {
  const answer = await broker.post('/v1/admin/keys/rotate', body, await broker.operator())
  broker.forgetOperator()
  return expectStatus(answer, 200)
}

async function ordinary(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const before = await makeAgent(broker, app)
  const [active] = await publishedKeys(broker)
  const answer = await rotate(broker)
  expect(answer.text('previous_kid') === active?.['kid'], 'previous_kid is another')
  expect(Date.parse(answer.text('previous_retires_at')) > 0, 'previous_retires_at is no time')
  const kids = (await publishedKeys(broker)).map(({ kid }) => kid)
  expect(kids[0] === answer.text('kid'), 'the new key is not first in the JWKS')
  expect(kids.includes(answer.text('previous_kid')), 'the old key is not in the JWKS')
  const after = await makeAgent(broker, app)
  const across = await delegate(broker, before.token, after.id)
  await expectLive(broker, { old: before.token, new: after.token, delegated: across.token })
}

async function ofRetiringKey(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const before = await makeAgent(broker, app)
  const given = await delegate(broker, before.token, before.id)
  const retiring = (await rotate(broker)).text('previous_kid')
  const again = await signedInAgain(broker, app)
  const after = await makeAgent(broker, again)
  // Its last record is signed by the new key, its first by the old one.
  const across = await delegate(broker, given.token, after.id)
  const emergency = { emergency: true, kid: retiring }
  const answer = await rotate(broker, emergency)
  await expectDead(broker, {
    'a token of the compromised key': before.token,
    'a chain of the compromised key': given.token,
    'a chain with one record of the compromised key': across.token,
  })
  await expectLive(broker, { 'a token of the active key': after.token })
  const kids = (await publishedKeys(broker)).map(({ kid }) => kid)
  expect(!kids.includes(retiring), 'the compromised key is still published')
  expect(kids[0] === answer.text('kid'), 'kid in the answer is not the active one')
  const repeated = await rotate(broker, emergency)
  expect(repeated.text('kid') === answer.text('kid'), 'repeating it answers otherwise')
}

async function signedInAgain(broker: Broker, app: App): Promise<App> {
  const body = { client_id: app.clientId, client_secret: app.clientSecret }
  const answer = expectStatus(await broker.postPatiently('/v1/app/auth', body), 200)
  return { ...app, bearer: answer.text('access_token') }
}

async function ofActiveKey(broker: Broker): Promise<void> {
  const { token } = await makeAgent(broker, await makeApp(broker))
  const operator = await broker.operator()
  const [active] = await publishedKeys(broker)
  const answer = await rotate(broker, { emergency: true })
  expect(answer.text('kid') !== active?.['kid'], 'there is no new key')
  await expectDead(broker, { 'a token of the compromised key': token, operator })
  expect(await isLive(broker, await broker.operator()), 'the next sign-in does not work')
  const next = await makeAgent(broker, await makeApp(broker))
  await expectLive(broker, { 'a token of the new key': next.token })
}
