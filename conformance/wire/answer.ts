import { Nonconformity } from './nonconformity.ts'

export type Json = Readonly<Record<string, unknown>>

/** An answer as it came over the wire; members are read by type, and a missing one is a nonconformity. */
export class Answer {
  /** Method and path: `POST /v1/register`. */
  readonly asked: string
  readonly status: number
  readonly headers: Headers
  /** The body as text. */
  readonly body: string
  /** The body as a JSON object; empty when it is none. */
  readonly json: Json

  constructor(asked: string, status: number, headers: Headers, body: string) {
    this.asked = asked
    this.status = status
    this.headers = headers
    this.body = body
    this.json = toObject(parse(body))
  }

  /** Without the query. */
  get path(): string {
    return this.asked.split(/[ ?]/)[1] ?? ''
  }

  get method(): string {
    return this.asked.split(' ')[0] ?? ''
  }

  text(name: string): string {
    const value = this.json[name]
    if (typeof value === 'string') return value
    throw this.#lacks(name, 'string')
  }

  number(name: string): number {
    const value = this.json[name]
    if (typeof value === 'number') return value
    throw this.#lacks(name, 'number')
  }

  object(name: string): Json {
    const value = this.json[name]
    if (typeof value === 'object' && value !== null) return toObject(value)
    throw this.#lacks(name, 'object')
  }

  list(name: string): Json[] {
    const value = this.json[name]
    if (Array.isArray(value)) return value.map(toObject)
    throw this.#lacks(name, 'list')
  }

  #lacks(name: string, type: string): Nonconformity {
    return new Nonconformity(
      `${this.asked} answered ${this.status} without the ${type} member ${name}`,
    )
  }
}

export function toObject(value: unknown): Json {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
