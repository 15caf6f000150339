// Type tests: they run under `tsc`, where an unused `@ts-expect-error` is an error.
import { Type } from 'typebox'
import { wireSchema } from '../../src/http/schemas/wire-schema.ts'

interface Request {
  readonly target: string
  readonly scope: readonly string[]
  readonly reason?: string
  readonly policy: { readonly ttl: number; readonly once?: boolean }
}

const policy = Type.Object({ ttl: Type.Integer(), once: Type.Optional(Type.Boolean()) })
const target = Type.String({ minLength: 1 })
const scope = Type.Array(Type.String())
const reason = Type.Optional(Type.String())

wireSchema<Request>()(Type.Object({ target, scope, reason, policy }))
wireSchema<'ok' | 'ready'>()(Type.Union([Type.Literal('ok'), Type.Literal('ready')]))

// @ts-expect-error -- a member of the wire type is not described
wireSchema<Request>()(Type.Object({ target, scope, policy }))

// @ts-expect-error -- a member is described that the wire type lacks
wireSchema<Request>()(Type.Object({ target, scope, reason, policy, extra: Type.String() }))

// @ts-expect-error -- a member has another name
wireSchema<Request>()(Type.Object({ targets: target, scope, reason, policy }))

// @ts-expect-error -- a member has another type
wireSchema<Request>()(Type.Object({ target: Type.Integer(), scope, reason, policy }))

// @ts-expect-error -- an optional member is described as required
wireSchema<Request>()(Type.Object({ target, scope, reason: Type.String(), policy }))

// @ts-expect-error -- a required member is described as optional
wireSchema<Request>()(Type.Object({ target: Type.Optional(target), scope, reason, policy }))

// @ts-expect-error -- items have another type
wireSchema<Request>()(Type.Object({ target, scope: Type.Array(Type.Integer()), reason, policy }))

const otherPolicy = Type.Object({ ttl: Type.Integer(), once: Type.Optional(Type.String()) })
// @ts-expect-error -- a nested member has another type
wireSchema<Request>()(Type.Object({ target, scope, reason, policy: otherPolicy }))

// @ts-expect-error -- a member that may be anything is not described
wireSchema<Request>()(Type.Object({ target: Type.Any(), scope, reason, policy }))

// @ts-expect-error -- a word is missing
wireSchema<'ok' | 'ready'>()(Type.Union([Type.Literal('ok')]))
