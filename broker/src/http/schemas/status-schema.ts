import type { StatusResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { wireSchema } from './wire-schema.ts'

export const status = wireSchema<StatusResponse>()(
  Type.Object({ status: Type.Enum(['ok', 'ready'], { description: 'That it is so' }) }),
)
