import { claimsOf, launchToken, makeAgent, registration, type Launch } from '../actors/agent.ts'
import { makeApp, operatorAsLauncher, signInApp, type Launcher } from '../actors/app.ts'
import { revoke } from '../actors/revocation.ts'
import { delegate, expectDead, expectLive, release } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expectProblem, expectStatus } from '../wire/expect.ts'

export const launchingSessions: Check = {
  line: 45,
  title: "Revoking an app's or admin's token kills what it launched; releasing it does not",
  parts: [
    {
      title: "revoking an app's token",
      run: async (broker) => {
        const launcher = await makeApp(broker)
        await expectAllDead(broker, launcher, { level: 'token', target: jtiOf(launcher) })
      },
    },
    {
      title: "revoking an admin's token",
      run: async (broker) => {
        const bearer = (await broker.signIn()).text('access_token')
        const launcher = { ...(await operatorAsLauncher(broker)), bearer }
        await expectAllDead(broker, launcher, { level: 'token', target: jtiOf(launcher) })
      },
    },
    {
      title: "releasing an app's token",
      run: async (broker) => {
        const launcher = await makeApp(broker)
        const { agent, launch } = await makeBrood(broker, launcher)
        await release(broker, launcher.bearer)
        await expectLive(broker, { 'an agent of a released app token': agent })
        const body = await registration(broker, launch.token)
        expectStatus(await broker.post('/v1/register', body), 200, 'its launch token')
      },
    },
    {
      title: 'revoking agent app:<id> for all its sessions',
      run: async (broker) => {
        const app = await makeApp(broker)
        const second = { ...app, bearer: await signInApp(broker, app) }
        const { agent } = await makeBrood(broker, second)
        await expectAllDead(broker, app, { level: 'agent', target: `app:${app.id}` })
        await expectDead(broker, { 'another session': second.bearer, 'its agent': agent })
        await expectLive(broker, { 'the next login': await signInApp(broker, app) })
      },
    },
    {
      title: 'revoking agent admin',
      needs: ['permission'],
      run: async (broker) => {
        const launcher = await operatorAsLauncher(broker)
        await expectAllDead(broker, launcher, { level: 'agent', target: 'admin' })
        broker.forgetOperator()
        await expectLive(broker, { 'the next login': await broker.operator() })
      },
    },
  ],
}

function jtiOf({ bearer }: Launcher): string {
  return claimsOf(bearer).jti
}

interface Brood {
  /** An agent's token, and what it delegated. */
  readonly agent: string
  readonly given: string
  readonly launch: Launch
}

async function makeBrood(broker: Broker, launcher: Launcher): Promise<Brood> {
  const { token, id } = await makeAgent(broker, launcher)
  const given = (await delegate(broker, token, id)).token
  return { agent: token, given, launch: await launchToken(broker, launcher) }
}

async function expectAllDead(
  broker: Broker,
  launcher: Launcher,
  revocation: { level: 'token' | 'agent'; target: string },
): Promise<void> {
  const { agent, given, launch } = await makeBrood(broker, launcher)
  const body = await registration(broker, launch.token)
  await revoke(broker, revocation)
  await expectDead(broker, {
    'the revoked token': launcher.bearer,
    'an agent that it launched': agent,
    'what the agent delegated': given,
  })
  expectProblem(await broker.post('/v1/register', body), 'unauthorized', 'its launch token')
}
