// Answers as documents: what the broker sent, member for member, so that what is logged, hashed or verified is what it said.
import { TransportError } from './errors.ts'
import type { Answer } from './exchange.ts'

/**
 * A document of the broker with the id of its request beside it. The id is no part of the document: it is left out when
 * the document is copied, compared or written as JSON.
 *
 * @example
 * ```ts
 * const health = await broker.health()
 * console.info(health.status, health.requestId)
 * ```
 */
export type Answered<Document> = Document & { readonly requestId: string | undefined }

type Kind = 'string' | 'number' | 'boolean' | 'object' | 'array'
export type DocumentGuard<Document> = (value: object) => value is Document & object

/** The guard of a document: these members are there and of these types; the broker may send more. */
export function documentOf<Document>(members: {
  readonly [Name in keyof Document]?: Kind
}): DocumentGuard<Document> {
  const kinds = Object.entries(members)
  return (value): value is Document & object => {
    const found = new Map<string, unknown>(Object.entries(value))
    return kinds.every(([name, kind]) => kindOf(found.get(name)) === kind)
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

export function readDocument<Document>(
  answer: Answer,
  isDocument: DocumentGuard<Document>,
): Answered<Document> {
  const value = parse(answer)
  if (typeof value !== 'object' || value === null || !isDocument(value)) throw unexpected(answer)
  return withRequestId(value, answer.requestId)
}

function parse(answer: Answer): unknown {
  try {
    return JSON.parse(answer.text)
  } catch {
    // Without the cause: a syntax error quotes the text, and the text may hold a token.
    throw unexpected(answer)
  }
}

function unexpected({ request, requestId, status }: Answer): TransportError {
  return new TransportError(`the answer (${status}) is not what a broker says here`, {
    request,
    requestId,
  })
}

function withRequestId<Document extends object>(
  value: Document,
  requestId: string | undefined,
): Answered<Document> {
  const answered = Object.assign(value, { requestId })
  return Object.defineProperty(answered, 'requestId', { enumerable: false })
}
