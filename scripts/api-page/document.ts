// The OpenAPI document, as far as the page reads it.

export interface Schema {
  readonly type?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly description: string
  readonly schema: Schema
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>

interface Response {
  readonly headers: Readonly<Record<string, unknown>>
  readonly content?: Content
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly tags: readonly string[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, Response>>
}

export interface Document {
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}

/** One route of the page. */
export interface RouteEntry {
  /** `POST /v1/register`. */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

export function routesOf({ paths }: Document): RouteEntry[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([key, operation]) => {
      const method = key.toUpperCase()
      return { name: `${method} ${path}`, method, path, operation }
    }),
  )
}

/** The status of a good answer, as a number, and its content. */
export function successOf({ responses }: Operation) {
  const [status = '', response] = Object.entries(responses).find(([key]) => key < '300') ?? []
  const [[type, content] = []] = Object.entries(response?.content ?? {})
  return { status: Number(status), type, schema: content?.schema }
}

/** Every code that the route can answer with, by status. */
export function codesOf({ responses }: Operation): { status: string; codes: string[] }[] {
  return Object.entries(responses)
    .filter(([status]) => status >= '400')
    .map(([status, { content }]) => ({ status, codes: codesIn(content) }))
}

function codesIn(content: Content = {}): string[] {
  const schemas = Object.values(content).flatMap(({ schema }) => schema.allOf ?? [])
  return schemas.flatMap(({ properties }) => (properties?.['error_code']?.enum ?? []).map(String))
}
