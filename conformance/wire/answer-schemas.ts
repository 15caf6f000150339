import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { toObject, type Answer, type Json } from './answer.ts'

/** The broker's own OpenAPI document (contract 4.24), applied to its answers. */
export class AnswerSchemas {
  readonly #document: Json
  readonly #templates: readonly { readonly path: string; readonly pattern: RegExp }[]
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true })
  readonly #compiled = new Map<string, (value: unknown) => string[]>()

  /** Throws when the document is none. */
  constructor(document: Json) {
    this.#document = document
    const paths = Object.keys(toObject(document['paths']))
    if (paths.length === 0) throw new TypeError('the document has no paths')
    // A path that is spelled out goes before one with a place for any name.
    const inOrder = paths.toSorted((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
    this.#templates = inOrder.map((path) => ({ path, pattern: toPattern(path) }))
    this.#ajv.addSchema(document, 'document')
  }

  findFaults(answer: Answer): string[] {
    const method = answer.method === 'HEAD' ? 'get' : answer.method.toLowerCase()
    const template = this.#templates.find(({ pattern }) => pattern.test(answer.path))?.path
    const operation = ['paths', template ?? '', method]
    if (this.#find(operation) === undefined) return this.#findStrangeFaults(answer)
    const pointer = [...operation, 'responses', String(answer.status)]
    const response = this.#find(pointer)
    if (response === undefined) return ['this status is not in the document']
    if (answer.method === 'HEAD') return []
    return [...this.#findBodyFaults(answer, pointer), ...this.#findHeaderFaults(answer, response)]
  }

  /** What no operation of the document can say: unknown paths and methods. They are refused, with a problem. */
  #findStrangeFaults({ method, status, body }: Answer): string[] {
    if (status < 400) return ['path and method are not in the document']
    if (method === 'HEAD') return []
    return this.#validator(['components', 'schemas', 'Problem'])(read(body, 'json'))
  }

  #findBodyFaults({ body, headers }: Answer, pointer: readonly string[]): string[] {
    const content = this.#find([...pointer, 'content'])
    if (content === undefined) return body === '' ? [] : ['the document knows no body']
    const type = essence(headers.get('content-type') ?? '')
    const known = Object.keys(content).find((name) => essence(name) === type)
    if (known === undefined) return [`content type ${type || 'none'} is not in the document`]
    return this.#validator([...pointer, 'content', known, 'schema'])(read(body, type))
  }

  #findHeaderFaults({ headers }: Answer, response: Json): string[] {
    return Object.entries(toObject(response['headers'])).flatMap(([name, value]) => {
      const got = headers.get(name)
      const schema = this.#resolve(toObject(value))['schema']
      if (got === null || schema === undefined) return []
      return this.#ajv.validate(toObject(schema), got)
        ? []
        : [`header ${name} is not as in the document`]
    })
  }

  #resolve(value: Json): Json {
    const reference = value['$ref']
    if (typeof reference !== 'string') return value
    return this.#find(reference.split('/').slice(1)) ?? {}
  }

  #find(pointer: readonly string[]): Json | undefined {
    let found: unknown = this.#document
    for (const name of pointer) {
      found = toObject(found)[name]
      if (found === undefined) return undefined
    }
    return toObject(found)
  }

  #compile(reference: string): ValidateFunction {
    try {
      return this.#ajv.compile({ $ref: reference })
    } catch {
      return this.#ajv.compile({ not: {}, description: 'of a schema that nobody can read' })
    }
  }

  /** Faults name the place in the answer, never the value there: it may be a credential. */
  #validator(pointer: readonly string[]): (value: unknown) => string[] {
    const reference = `document#/${pointer.map(escapePointer).join('/')}`
    const known = this.#compiled.get(reference)
    if (known !== undefined) return known
    const validate = this.#compile(reference)
    const find = (value: unknown) =>
      validate(value)
        ? []
        : (validate.errors ?? []).map(
            ({ instancePath, message }) => `body${instancePath} ${message ?? ''}`,
          )
    this.#compiled.set(reference, find)
    return find
  }
}

/** A content type without its parameters. */
function essence(type: string): string {
  return type.split(';')[0]?.trim().toLowerCase() ?? ''
}

function toPattern(path: string): RegExp {
  const escaped = path.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${escaped.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`)
}

/** RFC 6901 in a URI fragment. */
function escapePointer(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}

function read(body: string, type: string): unknown {
  if (!type.endsWith('json')) return body
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
