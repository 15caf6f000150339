import assert from 'node:assert/strict'
import type { Claims, RegisterAppResponse } from '@agentwrit/protocol'
import { decodeToken } from '../decode-token.ts'
import type { Token } from './world.ts'

/** A token as the broker issued it. */
export interface Issued {
  readonly text: string
  readonly claims: Claims
  readonly kid: string
}

/** Which real thing carries which of the model's names. */
export class Names {
  readonly tokens = new Map<string, Issued>()
  readonly apps = new Map<string, RegisterAppResponse>()
  readonly agents = new Map<string, string>()
  /** The real `sid` of each session. */
  readonly sessions = new Map<string, string>()
  readonly launchTokens = new Map<string, string>()
  readonly entries = new Map<string, string>()
  readonly keys = new Map<string, string>()
  /** Tasks of one tree are no other's. */
  readonly #tree: string

  constructor(tree: string) {
    this.#tree = tree
  }

  issue(token: Token | undefined, text: string): void {
    this.tokens.set(token?.name ?? '', openToken(text))
  }

  textOf(token: string): string {
    return found(this.tokens, token).text
  }

  jtiOf(token: string): string {
    return this.tokens.get(token)?.claims.jti ?? '0'.repeat(32)
  }

  taskId(task: string): string {
    return `${this.#tree}-${task}`
  }

  /** `admin`, `app:<id>` or an agent's id; for somebody who never was, an id of the right form. */
  subOf(sub: string): string {
    if (sub === 'admin') return sub
    if (sub.startsWith('app:')) return `app:${found(this.apps, sub.slice(4)).app_id}`
    return (
      this.agents.get(sub) ?? `spiffe://agentwrit.local/agent/orch/${this.#tree}/0123456789abcdef`
    )
  }
}

export function found<Value>(map: ReadonlyMap<string, Value>, name: string): Value {
  const value = map.get(name)
  assert.ok(value !== undefined, `the broker never told ${name}`)
  return value
}

/** The same name, the same thing. */
export function bind(map: Map<string, string>, name: string, value: string): void {
  assert.equal(map.get(name) ?? value, value, `${name} has become another`)
  map.set(name, value)
}

function openToken(text: string): Issued {
  const { kid, ...claims } = decodeToken(text)
  return { text, kid, claims }
}
