import type { VerifyAuditResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { verifyAudit, type VerifyAuditRequest } from '../../domain/audit/verify-audit.ts'
import { Fault } from '../../domain/fault.ts'
import { route } from '../route.ts'
import { wireSchema } from '../schemas/wire-schema.ts'

interface RangeText {
  readonly from_seq?: string
  readonly to_seq?: string
}

/** 1 to 15 digits: exact as a number. */
const seq = Type.String({ pattern: '^[1-9][0-9]{0,14}$' })
const query = wireSchema<RangeText>()(
  Type.Object({ from_seq: Type.Optional(seq), to_seq: Type.Optional(seq) }),
)

const faults = [
  'unreadable',
  'sequence',
  'link',
  'hash',
  'missing',
  'mac',
  'head',
  'checkpoint',
] as const

const head = { seq: Type.Integer(), hash: Type.String() }

const answer = wireSchema<VerifyAuditResponse>()(
  Type.Object({
    ok: Type.Boolean(),
    from_seq: Type.Integer(),
    to_seq: Type.Integer(),
    events_checked: Type.Integer(),
    checkpoints_checked: Type.Integer(),
    head: Type.Object(head),
    checkpoint: Type.Optional(
      Type.Object({
        ...head,
        time: Type.String(),
        kid: Type.String(),
        signature: Type.String(),
      }),
    ),
    error: Type.Optional(
      Type.Object(
        {
          seq: Type.Integer(),
          reason: Type.Enum(faults, { description: 'What is wrong with it' }),
        },
        { description: 'The first broken event' },
      ),
    ),
  }),
)

export const verifyAuditRoute = route({
  method: 'GET',
  path: '/v1/audit/verify',
  summary: 'Recalculate the audit chain as it is stored, at most 100 000 events a call',
  bearer: 'live',
  scopes: ['admin:audit:*'],
  kinds: ['admin', 'operator'],
  query,
  status: 200,
  answer,
  errors: [],
  handle: ({ context }, { query: asked }) => verifyAudit(context, toRange(asked)),
})

function toRange({ from_seq: from, to_seq: to }: RangeText): VerifyAuditRequest {
  if (from !== undefined && to !== undefined && Number(to) < Number(from)) {
    throw new Fault('invalid_request', 'to_seq: must not lie before from_seq')
  }
  return {
    ...(from === undefined ? {} : { fromSeq: Number(from) }),
    ...(to === undefined ? {} : { toSeq: Number(to) }),
  }
}
