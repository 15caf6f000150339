import { App } from '@agentwrit/client'
import type { RegisterAppRequest, RegisterAppResponse } from '@agentwrit/protocol'
import { ask, type Answer } from './ask.ts'
import { freshNonce, register, registration } from './proof.ts'
import type { TestBroker } from './test-broker.ts'

let counter = 0

/** An app that an operator has registered, under a name of its own. */
export async function registerApp(
  broker: TestBroker,
  wanted: Partial<RegisterAppRequest> = {},
): Promise<RegisterAppResponse> {
  counter += 1
  const operator = await broker.operator()
  return operator.registerApp({ name: `test-app-${counter}`, scopes: ['read:data:*'], ...wanted })
}

export function signIn(
  { client: broker }: TestBroker,
  { client_id: clientId, client_secret: clientSecret }: RegisterAppResponse,
): Promise<App> {
  return App.signIn({ broker, clientId, clientSecret })
}

/** A launch token of the app. */
export async function launchFrom(app: App, scope = ['read:data:*']): Promise<string> {
  const made = await app.createLaunchToken({
    agent_name: 'test-agent',
    allowed_scope: scope,
    single_use: false,
  })
  return made.launch_token
}

/** A registration with it that is good in every other respect. */
export async function registerWith(
  broker: TestBroker,
  launchToken: string,
  scope = ['read:data:*'],
): Promise<Answer> {
  return register(broker, registration({ launchToken, nonce: await freshNonce(broker), scope }))
}

/** One raw request of the operator. */
export async function askAsOperator(
  broker: TestBroker,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const bearer = await (await broker.operator()).token()
  return ask(broker, method, path, { bearer, ...(body === undefined ? {} : { body }) })
}

/** One raw attempt to sign in, wherever it seems to come from. */
export function attempt(broker: TestBroker, body: unknown): Promise<Answer> {
  return ask(broker, 'POST', '/v1/app/auth', { body })
}
