import { setTimeout as pause } from 'node:timers/promises'
import { makeAgent } from '../actors/agent.ts'
import { makeApp, signInApp, type App } from '../actors/app.ts'
import { expectDead, expectLive } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expectProblem, expectStatus } from '../wire/expect.ts'

export const secretRotation: Check = {
  line: 32,
  title: 'After a rotation both secrets work for 10 minutes; with immediate only the new one',
  parts: [
    {
      title: 'both work at first, and no token dies',
      run: async (broker) => {
        const app = await makeApp(broker)
        const renewed = await rotate(broker, app, {})
        await signInApp(broker, app)
        await signInApp(broker, renewed)
        await expectLive(broker, { "the app's token": app.bearer })
      },
    },
    {
      title: 'after 10 minutes only the new one',
      needs: ['time'],
      run: async (broker) => {
        const app = await makeApp(broker)
        const renewed = await rotate(broker, app, {})
        await pause(9.5 * 60_000)
        await signInApp(broker, app)
        await pause(35_000)
        await refuse(broker, app)
        await signInApp(broker, renewed)
      },
    },
    {
      title: 'immediate',
      run: async (broker) => {
        const app = await makeApp(broker)
        const renewed = await rotate(broker, app, { immediate: true })
        await refuse(broker, app)
        await signInApp(broker, renewed)
      },
    },
    {
      title: 'end_sessions',
      run: async (broker) => {
        const app = await makeApp(broker)
        const agent = await makeAgent(broker, app)
        const renewed = await rotate(broker, app, { end_sessions: true })
        await expectDead(broker, { "the app's token": app.bearer, 'its agent': agent.token })
        await signInApp(broker, renewed)
      },
    },
  ],
}

type Credentials = Pick<App, 'clientId' | 'clientSecret'>

async function rotate(broker: Broker, app: App, body: object): Promise<Credentials> {
  const path = `/v1/admin/apps/${app.id}/secret`
  const answer = expectStatus(await broker.post(path, body, await broker.operator()), 200)
  return { clientId: answer.text('client_id'), clientSecret: answer.text('client_secret') }
}

async function refuse(broker: Broker, { clientId, clientSecret }: Credentials): Promise<void> {
  const body = { client_id: clientId, client_secret: clientSecret }
  expectProblem(await broker.postPatiently('/v1/app/auth', body), 'unauthorized', 'the old secret')
}
