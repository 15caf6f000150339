// Fields that several routes share, with the bounds of contract 1.10. Text that is stored or signed holds no control
// characters.
import { maxScopeLength, maxScopes } from '@agentwrit/protocol'
import { Type } from 'typebox'

const noControl = '^[^\\u0000-\\u001f\\u007f]*$'

/** 1 to `maxLength` characters, stored or signed. */
export const text = (maxLength: number) =>
  Type.String({ minLength: 1, maxLength, pattern: noControl })

/** The same, or nothing. */
export const textOrNone = (maxLength: number) => Type.String({ maxLength, pattern: noControl })

/** 1 to `maxLength` characters that are compared or verified and then forgotten. */
export const opaque = (maxLength: number) => Type.String({ minLength: 1, maxLength })

const part = '[^:\\u0000-\\u001f\\u007f]+'

/** `action:resource:identifier`; the identifier may hold colons. */
const scopePattern = `^${part}:${part}:[^\\u0000-\\u001f\\u007f]+$`

export const scope = Type.String({ minLength: 1, maxLength: maxScopeLength, pattern: scopePattern })

export const scopes = Type.Array(scope, { minItems: 1, maxItems: maxScopes })

const namePattern = '^[A-Za-z0-9._-]*$'

/** `orch_id` and `task_id`; that they are not `.` or `..` is checked where they are used. */
export const pathName = Type.String({ minLength: 1, maxLength: 128, pattern: namePattern })

/** Query of a list (contract 1.8): query members are always text. */
export interface ListQueryText {
  readonly limit?: string
  readonly cursor?: string
}

export const listQuery = Type.Object({
  limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,20}$' })),
  cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
})

export function toListQuery({ limit, cursor }: ListQueryText): { limit?: number; cursor?: string } {
  return {
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...(cursor === undefined ? {} : { cursor }),
  }
}

/** What a text is meant to be that does not match: a client is told that, not an expression. */
export const patternNames: ReadonlyMap<string, string> = new Map([
  [noControl, 'free of control characters'],
  [scopePattern, 'a scope, action:resource:identifier'],
  [namePattern, 'made of letters, digits and ._- alone'],
])
