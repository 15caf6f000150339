import type {
  AppInfo,
  AppList,
  DeregisterAppResponse,
  RegisterAppRequest,
  RegisterAppResponse,
  RotateAppSecretRequest,
  RotateAppSecretResponse,
  UpdateAppRequest,
} from '@agentwrit/protocol'
import { documentOf, readDocument } from './document.ts'
import type { Answered } from './document.ts'
import type { CallOptions } from './options.ts'
import { readPages } from './pages.ts'
import type { ListOptions } from './pages.ts'
import { toPathSegment } from './path-segment.ts'
import { requireList } from './require-list.ts'
import type { StandingSession } from './standing-session.ts'

const isApp = documentOf<AppInfo>({ app_id: 'string', client_id: 'string' })
const isRegistered = documentOf<RegisterAppResponse>({
  app_id: 'string',
  client_id: 'string',
  client_secret: 'string',
})
const isRotated = documentOf<RotateAppSecretResponse>({
  app_id: 'string',
  client_id: 'string',
  client_secret: 'string',
})
const isDeregistered = documentOf<DeregisterAppResponse>({ app_id: 'string', status: 'string' })
const isPage = documentOf<AppList>({ apps: 'array' })

const appsPath = '/v1/admin/apps'

/** The apps of a broker, in the hands of an operator. */
export class Apps {
  readonly #session: StandingSession

  constructor(session: StandingSession) {
    this.#session = session
  }

  async register(
    body: RegisterAppRequest,
    options: CallOptions | undefined,
  ): Promise<Answered<RegisterAppResponse>> {
    if (body.scopes !== undefined) requireList(body.scopes, 'scopes')
    const call = { method: 'POST', path: appsPath, body } as const
    return readDocument(await this.#session.send(call, 'unsent', options), isRegistered)
  }

  async *list({
    pageSize = 100,
    ...options
  }: ListOptions): AsyncGenerator<AppInfo, void, undefined> {
    // Counting them all for each page would be for nobody.
    const list = { path: appsPath, isPage, query: { total: 'false' } }
    const pages = readPages(this.#session, list, { pageSize, ...options })
    for await (const { apps } of pages) yield* apps
  }

  async get(appId: string, options: CallOptions | undefined): Promise<Answered<AppInfo>> {
    const call = { method: 'GET', path: pathOf(appId) } as const
    return readDocument(await this.#session.send(call, 'safe', options), isApp)
  }

  async update(
    appId: string,
    body: UpdateAppRequest,
    options: CallOptions | undefined,
  ): Promise<Answered<AppInfo>> {
    if (body.scopes !== undefined) requireList(body.scopes, 'scopes')
    const call = { method: 'PUT', path: pathOf(appId), body } as const
    return readDocument(await this.#session.send(call, 'unsent', options), isApp)
  }

  async deregister(
    appId: string,
    options: CallOptions | undefined,
  ): Promise<Answered<DeregisterAppResponse>> {
    const call = { method: 'DELETE', path: pathOf(appId) } as const
    return readDocument(await this.#session.send(call, 'safe', options), isDeregistered)
  }

  async rotateSecret(
    appId: string,
    body: RotateAppSecretRequest,
    options: CallOptions | undefined,
  ): Promise<Answered<RotateAppSecretResponse>> {
    const call = { method: 'POST', path: `${pathOf(appId)}/secret`, body } as const
    return readDocument(await this.#session.send(call, 'unsent', options), isRotated)
  }
}

function pathOf(appId: string): string {
  return `${appsPath}/${toPathSegment(appId)}`
}
