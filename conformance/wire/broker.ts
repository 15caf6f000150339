import { setTimeout as pause } from 'node:timers/promises'
import { Answer } from './answer.ts'
import { expectStatus } from './expect.ts'
import type { Inspector } from './inspector.ts'
import { Nonconformity } from './nonconformity.ts'
import type { SigningKey } from './signing-key.ts'

export interface Request {
  readonly bearer?: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Sent as it is, instead of `body`. */
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface BrokerOptions {
  readonly url: string
  readonly adminSecret: string
  readonly inspector: Inspector
  readonly signingKey?: SigningKey | undefined
}

/** The broker under test, seen over HTTP alone. Every answer is shown to the inspector. */
export class Broker {
  readonly url: string
  readonly inspector: Inspector
  /** Its first signing key, where the run has the key file. */
  readonly signingKey: SigningKey | undefined
  readonly #adminSecret: string
  readonly #cleanUps: (() => Promise<unknown>)[] = []
  #operator: { readonly bearer: string; readonly freshUntil: number } | undefined

  constructor({ url, adminSecret, inspector, signingKey }: BrokerOptions) {
    this.url = url.replace(/\/+$/, '')
    this.inspector = inspector
    this.signingKey = signingKey
    this.#adminSecret = adminSecret
  }

  async ask(method: string, path: string, request: Request = {}): Promise<Answer> {
    const { bearer, body, text, headers = {} } = request
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await this.#fetch(path, {
      method,
      redirect: 'manual',
      headers: {
        ...(sent === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    })
    const answer = new Answer(
      `${method} ${path}`,
      response.status,
      response.headers,
      await response.text(),
    )
    this.inspector.see(answer)
    return answer
  }

  get(path: string, bearer?: string): Promise<Answer> {
    return this.ask('GET', path, bearer === undefined ? {} : { bearer })
  }

  post(path: string, body: unknown, bearer?: string): Promise<Answer> {
    return this.ask('POST', path, { body, ...(bearer === undefined ? {} : { bearer }) })
  }

  /** As `post`, for the routes with a rate limit: a 429 is waited out. */
  async postPatiently(path: string, body: unknown): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.post(path, body)
      if (answer.status !== 429 || attempt === 20) return answer
      await pause(Number(answer.headers.get('retry-after') ?? 1) * 1000)
    }
  }

  /** The bearer of an operator's session that all parts share. */
  async operator(): Promise<string> {
    if (this.#operator === undefined || Date.now() > this.#operator.freshUntil) {
      const answer = await this.signIn()
      const life = answer.number('expires_in') * 500
      this.#operator = { bearer: answer.text('access_token'), freshUntil: Date.now() + life }
    }
    return this.#operator.bearer
  }

  /** A session of its own. */
  async signIn(): Promise<Answer> {
    const answer = await this.postPatiently('/v1/admin/auth', { secret: this.#adminSecret })
    return expectStatus(answer, 200, 'sign-in with the admin secret')
  }

  forgetOperator(): void {
    this.#operator = undefined
  }

  /** An event stream: answers when its head is there. */
  async stream(path: string, init: RequestInit): Promise<Response> {
    return this.#fetch(path, init)
  }

  /** What a part has made in the broker and takes back afterwards. */
  cleanUpLater(cleanUp: () => Promise<unknown>): void {
    this.#cleanUps.push(cleanUp)
  }

  /** Last made, first taken back. What fails here has been judged, or will be, by the part that is about it. */
  async cleanUp(): Promise<void> {
    for (const cleanUp of this.#cleanUps.splice(0).toReversed()) {
      await cleanUp().catch(() => undefined)
    }
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      const signal = init.signal ?? AbortSignal.timeout(60_000)
      return await fetch(`${this.url}${path}`, { ...init, signal })
    } catch (error) {
      throw new Nonconformity(`${init.method ?? 'GET'} ${path} got no answer`, { cause: error })
    }
  }
}
