import type {
  CreateLaunchTokenRequest,
  CreateLaunchTokenResponse,
  LaunchTokenInfo,
  LaunchTokenList,
} from '@agentwrit/protocol'
import { documentOf, readDocument } from './document.ts'
import type { Answered } from './document.ts'
import type { CallOptions } from './options.ts'
import { readPages } from './pages.ts'
import type { ListOptions } from './pages.ts'
import { toPathSegment } from './path-segment.ts'
import { requireList } from './require-list.ts'
import type { StandingSession } from './standing-session.ts'

const isCreated = documentOf<CreateLaunchTokenResponse>({ launch_token: 'string', id: 'string' })
const isPage = documentOf<LaunchTokenList>({ launch_tokens: 'array' })

/** The launch tokens of whoever has signed in: of all for an operator, its own for an app. */
export class LaunchTokens {
  readonly #session: StandingSession
  readonly #path: string

  constructor(session: StandingSession, path: string) {
    this.#session = session
    this.#path = path
  }

  async create(
    body: CreateLaunchTokenRequest,
    options: CallOptions | undefined,
  ): Promise<Answered<CreateLaunchTokenResponse>> {
    requireList(body.allowed_scope, 'allowed_scope')
    const call = { method: 'POST', path: this.#path, body } as const
    return readDocument(await this.#session.send(call, 'unsent', options), isCreated)
  }

  async *list(options: ListOptions): AsyncGenerator<LaunchTokenInfo, void, undefined> {
    const pages = readPages(this.#session, { path: this.#path, isPage }, options)
    for await (const { launch_tokens: tokens } of pages) yield* tokens
  }

  async delete(id: string, options: CallOptions | undefined): Promise<void> {
    const path = `${this.#path}/${toPathSegment(id)}`
    await this.#session.send({ method: 'DELETE', path }, 'unsent', options)
  }
}
