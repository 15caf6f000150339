import { createPublicKey, sign } from 'node:crypto'
import { keyOfSeed } from '../../broker/test/key-of-seed.ts'
import { portOf } from '../../broker/test/http/raw-client.ts'
import { adminSecret, testBroker, type TestBroker } from '../../broker/test/test-broker.ts'
import { toCommand } from './command.ts'
import { type Asked, exchange, type Exchange } from './exchange.ts'

/** Somebody with a token; `as` names the shell variable that stands for it. */
export interface Actor {
  readonly as: string
  readonly token: string
  /** `sub` of the token. */
  readonly id: string
}

export interface Wanted extends Pick<Asked, 'until' | 'meanwhile'> {
  readonly by?: Actor
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object
}

/** Performs one request on a broker of its own; the stage has the people that it takes. */
export type Example = (stage: Stage) => Promise<Exchange>

/** A broker of its own for one example, with the same people on it, and the same ids, for each. */
export class Stage implements AsyncDisposable {
  readonly broker: TestBroker
  readonly #epoch: string

  private constructor(broker: TestBroker, epoch: string) {
    this.broker = broker
    this.#epoch = epoch
  }

  static async open(): Promise<Stage> {
    const broker = await testBroker({ seed: 'the API page', environment: { AA_PORT: '0' } })
    await broker.broker.listen()
    const { epoch } = await broker.broker.context.store.head()
    return new Stage(broker, epoch)
  }

  get port(): number {
    return portOf(this.broker.broker.app)
  }

  async ask(method: string, path: string, wanted: Wanted = {}): Promise<Exchange> {
    const { by, body, headers = {}, ...stream } = wanted
    const bearer = by === undefined ? {} : { authorization: `Bearer ${by.token}` }
    const asked = {
      method,
      path,
      headers: { ...bearer, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...stream,
    }
    const isStream = stream.until !== undefined
    const command = toCommand({ method, path, headers, body, variable: by?.as, isStream })
    return { command, answer: await exchange(this.port, asked) }
  }

  /** The same text in each run: what no seed reaches has a name instead. */
  settled(text: string): string {
    return text
      .replaceAll(this.#epoch, '<epoch>')
      .replaceAll(this.broker.folder, '<folder>')
      .replace(/"index_age":[\d.]+/, '"index_age":0.004')
  }

  /** The members of an answer that must be a good one. */
  async get(
    method: string,
    path: string,
    wanted: Wanted = {},
  ): Promise<Readonly<Record<string, string>>> {
    const { answer } = await this.ask(method, path, wanted)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.body}`)
    return answer.body === '' ? {} : JSON.parse(answer.body)
  }

  async operator(): Promise<Actor> {
    const { access_token: token = '' } = await this.get('POST', '/v1/admin/auth', {
      body: { secret: adminSecret },
    })
    return { as: 'OPERATOR', token, id: 'admin' }
  }

  /** What the app `sales` signs in with. */
  async salesCredentials(by: Actor): Promise<Readonly<Record<string, string>>> {
    const body = { name: 'sales', scopes: ['read:sales:*', 'write:reports:*'] }
    return this.get('POST', '/v1/admin/apps', { by, body })
  }

  async cast(): Promise<Cast> {
    const operator = await this.operator()
    const { app_id: appId = '', client_id, client_secret } = await this.salesCredentials(operator)
    const body = { client_id, client_secret }
    const { access_token: token = '' } = await this.get('POST', '/v1/app/auth', { body })
    const app = { as: 'APP', token, id: `app:${appId}` }
    const lead = await this.agent(app, 'lead')
    const search = await this.agent(app, 'search')
    return { operator, app, appId, lead, search }
  }

  async agent(by: Actor, name: string): Promise<Actor> {
    const body = await this.registration(by, name)
    const { agent_id: id = '', access_token: token = '' } = await this.get('POST', '/v1/register', {
      body,
    })
    return { as: name.toUpperCase(), token, id }
  }

  /** A registration that is good in every respect, with a launch token of this app. */
  async registration(by: Actor, name: string): Promise<object> {
    const scope = ['read:sales:*', 'write:reports:q4']
    const launch = { agent_name: name, allowed_scope: scope, max_ttl: 300 }
    const { launch_token } = await this.get('POST', '/v1/app/launch-tokens', { by, body: launch })
    const { nonce = '' } = await this.get('GET', '/v1/challenge')
    const key = keyOfSeed(name)
    const x = createPublicKey(key).export({ format: 'jwk' }).x ?? ''
    return {
      launch_token,
      nonce,
      public_key: Buffer.from(x, 'base64url').toString('base64'),
      signature: sign(null, Buffer.from(nonce, 'hex'), key).toString('base64'),
      orch_id: 'sales',
      task_id: 'october',
      requested_scope: scope,
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.broker[Symbol.asyncDispose]())
  }
}

/** An operator, the app `sales`, and two agents that it has started. */
export interface Cast {
  readonly operator: Actor
  readonly app: Actor
  readonly appId: string
  readonly lead: Actor
  readonly search: Actor
}
