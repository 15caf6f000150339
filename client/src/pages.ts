import { readDocument } from './document.ts'
import type { DocumentGuard } from './document.ts'
import type { CallOptions } from './options.ts'
import type { StandingSession } from './standing-session.ts'

/**
 * How a list is read.
 *
 * @example
 * ```ts
 * const options: ListOptions = { pageSize: 50, timeout: 2_000 }
 * for await (const { id } of operator.listLaunchTokens(options)) console.log(id)
 * ```
 */
export interface ListOptions extends CallOptions {
  /** Items of one page, at most 1000. */
  readonly pageSize?: number
}

interface List<Page> {
  readonly path: string
  readonly isPage: DocumentGuard<Page>
  /** What is undefined is not asked for. */
  readonly query?: Readonly<Record<string, string | undefined>>
}

/** The pages of a list, each fetched when somebody looks at it. */
export async function* readPages<Page extends { readonly next_cursor?: string }>(
  session: StandingSession,
  { path, isPage, query: fixed }: List<Page>,
  { pageSize, ...options }: ListOptions,
): AsyncGenerator<Page, void, undefined> {
  const query = toQuery({ ...fixed, limit: pageSize?.toString() })
  for (;;) {
    const asked = query.size === 0 ? path : `${path}?${query.toString()}`
    const answer = await session.send({ method: 'GET', path: asked }, 'safe', options)
    const page = readDocument(answer, isPage)
    yield page
    if (page.next_cursor === undefined) return
    query.set('cursor', page.next_cursor)
  }
}

/** The members that are there, as a query. */
export function toQuery(members: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) query.set(name, value)
  }
  return query
}
