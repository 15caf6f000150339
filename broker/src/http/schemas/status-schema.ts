import type { StatusResponse } from '@agentwrit/protocol'
import { Type } from 'typebox'
import { wireSchema } from './wire-schema.ts'

export const status = wireSchema<StatusResponse>()(
  Type.Object({ status: Type.Union([Type.Literal('ok'), Type.Literal('ready')]) }),
)
