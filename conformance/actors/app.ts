import type { Broker } from '../wire/broker.ts'
import { expectStatus } from '../wire/expect.ts'
import { randomName } from '../wire/random-name.ts'

/** Whoever makes launch tokens: an app, or an operator. */
export interface Launcher {
  readonly bearer: string
  readonly launchPath: '/v1/app/launch-tokens' | '/v1/admin/launch-tokens'
}

export interface App extends Launcher {
  readonly id: string
  readonly clientId: string
  readonly clientSecret: string
}

/** What the agents of these checks may do. */
export const ceiling = ['read:data:*', 'write:data:*']

/** An app of its own, signed in; it is deregistered when the part is over, with all that it launched. */
export async function makeApp(
  broker: Broker,
  wanted: { scopes?: readonly string[]; delegatesTo?: readonly string[] } = {},
): Promise<App> {
  const { scopes = ceiling, delegatesTo = [] } = wanted
  const body = { name: randomName('conformance'), scopes, delegates_to: delegatesTo }
  const made = expectStatus(await broker.post('/v1/admin/apps', body, await broker.operator()), 201)
  const app = {
    id: made.text('app_id'),
    clientId: made.text('client_id'),
    clientSecret: made.text('client_secret'),
  }
  broker.cleanUpLater(() => removeApp(broker, app.id))
  return { ...app, bearer: await signInApp(broker, app), launchPath: '/v1/app/launch-tokens' }
}

export async function signInApp(
  broker: Broker,
  { clientId, clientSecret }: Pick<App, 'clientId' | 'clientSecret'>,
): Promise<string> {
  const body = { client_id: clientId, client_secret: clientSecret }
  const answer = await broker.postPatiently('/v1/app/auth', body)
  return expectStatus(answer, 200).text('access_token')
}

export async function changeApp(broker: Broker, id: string, change: object): Promise<void> {
  const bearer = await broker.operator()
  expectStatus(await broker.ask('PUT', `/v1/admin/apps/${id}`, { bearer, body: change }), 200)
}

export async function removeApp(broker: Broker, id: string): Promise<void> {
  const bearer = await broker.operator()
  expectStatus(await broker.ask('DELETE', `/v1/admin/apps/${id}`, { bearer }), 200)
}

/** The operator as a launcher. What it launches does not end with an app: release the agents. */
export async function operatorAsLauncher(broker: Broker): Promise<Launcher> {
  return { bearer: await broker.operator(), launchPath: '/v1/admin/launch-tokens' }
}
