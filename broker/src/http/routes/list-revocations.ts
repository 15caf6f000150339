import type { RevocationLevel, RevocationList } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { listRevocations } from '../../domain/revocation/list-revocations.ts'
import type { RevocationFilter } from '../../domain/revocation/revocation.ts'
import { listQuery, type ListQueryText, text, toListQuery } from '../schemas/fields.ts'
import { entryLevel, revocationInfo } from '../schemas/revocation-schema.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

interface RevocationQueryText extends ListQueryText {
  readonly level?: RevocationLevel
  readonly target?: string
  readonly in_force?: 'true' | 'false'
}

const query = wireSchema<RevocationQueryText>()(
  Type.Object({
    ...listQuery.properties,
    level: Type.Optional(entryLevel),
    target: Type.Optional(text(1024)),
    in_force: Type.Optional(Type.Enum(['true', 'false'])),
  }),
)

const answer = wireSchema<RevocationList>()(
  Type.Object({
    revocations: Type.Array(Type.Object(revocationInfo)),
    next_cursor: Type.Optional(Type.String()),
  }),
)

export const listRevocationsRoute = route({
  method: 'GET',
  path: '/v1/revocations',
  summary: 'List revocations, newest first, ended ones too',
  bearer: 'live',
  scopes: ['admin:revoke:*'],
  kinds: ['admin', 'operator'],
  query,
  status: 200,
  answer,
  errors: [],
  handle: ({ context }, { query: asked }) =>
    listRevocations(context, toFilter(asked), toListQuery(asked)),
})

function toFilter({ level, target, in_force: inForce }: RevocationQueryText): RevocationFilter {
  return {
    ...(level === undefined ? {} : { level }),
    ...(target === undefined ? {} : { target }),
    ...(inForce === undefined ? {} : { isInForce: inForce === 'true' }),
  }
}
