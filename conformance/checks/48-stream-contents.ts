import { claimsOf, makeAgent } from '../actors/agent.ts'
import { makeApp, signInApp } from '../actors/app.ts'
import { revoke } from '../actors/revocation.ts'
import { renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import type { EventStream } from '../wire/event-stream.ts'
import { expect, expectStatus } from '../wire/expect.ts'
import { randomName } from '../wire/random-name.ts'
import { isAbout, openRevocations } from './39-revocation-stream.ts'

export const streamContents: Check = {
  line: 48,
  title: 'The revocation stream is fresh every second, hashes its targets and is bounded',
  parts: [
    { title: '`fresh` every second with rising as_of', run: fresh },
    { title: 'targets as hashes', run: hashed },
    { title: 'a narrowing renewal is `supersede`, another one is nothing', run: superseded },
    { title: 'the eleventh stream of one principal gives 503', run: eleventh },
    { title: '`retire_key` follows an emergency', needs: ['permission'], run: retireKey },
  ],
}

async function open(broker: Broker): Promise<EventStream> {
  const stream = await openRevocations(broker, await broker.operator())
  expect(stream.status === 200, `the stream answers ${stream.status}`)
  return stream
}

async function fresh(broker: Broker): Promise<void> {
  await using stream = await open(broker)
  const tellings = () => stream.events.filter(({ event }) => event === 'fresh')
  const began = Date.now()
  await stream.until(() => tellings().length >= 4, '`fresh` four times in 5 s')
  const took = Date.now() - began
  expect(took > 2000 && took < 5000, `four \`fresh\` took ${took} ms`)
  const times = tellings().map(({ data }) => String(data['as_of']))
  const areRising = times.every((time, index) => index === 0 || time > (times[index - 1] ?? ''))
  expect(areRising, 'as_of does not rise')
  expect(
    times.every((time) => /\.\d{3}Z$/.test(time)),
    'as_of has no three fractional digits',
  )
}

async function hashed(broker: Broker): Promise<void> {
  await using stream = await open(broker)
  const task = randomName('task')
  await revoke(broker, { level: 'task', target: task, reason: 'a reason that is not for tenants' })
  const event = await stream.until(isAbout('task', task), 'a task revocation by its hash')
  const text = JSON.stringify(stream.events)
  expect(!text.includes(task), 'the target stands in the stream')
  expect(!text.includes('a reason that'), 'the reason stands in the stream')
  expect(event.data['action'] === 'revoke', 'action is not revoke')
  expect(typeof event.data['exp'] === 'number', 'exp is missing')
}

async function superseded(broker: Broker): Promise<void> {
  await using stream = await open(broker)
  const app = await makeApp(broker)
  const { token, claims } = await makeAgent(broker, app)
  const second = await renew(broker, token)
  await renew(broker, second, { scope: ['read:data:1'] })
  const ofJti = (jti: string) =>
    stream.until(
      ({ data }) => data['action'] === 'supersede' && data['jti'] === jti,
      'the `supersede` of a narrowing renewal',
    )
  await ofJti(claimsOf(second).jti)
  const hasFirst = stream.events.some(({ data }) => data['jti'] === claims.jti)
  expect(!hasFirst, 'a renewal that narrows nothing is told')
}

/** By an app of its own, so that nobody else is shut out. */
async function eleventh(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  await using streams = new AsyncDisposableStack()
  for (let count = 1; count <= 10; count++) {
    const stream = streams.use(await openRevocations(broker, app.bearer))
    expect(stream.status === 200, `stream ${count} answers ${stream.status}`)
  }
  const one = streams.use(await openRevocations(broker, await signInApp(broker, app)))
  expect(one.status === 503, `the eleventh answers ${one.status}, not 503`)
}

async function retireKey(broker: Broker): Promise<void> {
  const active = (await broker.get('/.well-known/jwks.json')).list('keys')[0]?.['kid']
  const ordinary = await broker.post('/v1/admin/keys/rotate', {}, await broker.operator())
  expectStatus(ordinary, 200)
  broker.forgetOperator()
  await using stream = await open(broker)
  const body = { emergency: true, kid: active }
  expectStatus(await broker.post('/v1/admin/keys/rotate', body, await broker.operator()), 200)
  await stream.until(
    ({ data }) => data['action'] === 'retire_key' && data['kid'] === active,
    'the `retire_key` of a compromised key',
  )
}
