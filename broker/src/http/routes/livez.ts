import type { StatusResponse } from '@agentwrit/protocol'
import { status } from '../schemas/status-schema.ts'
import { route } from '../route.ts'

export const livezRoute = route({
  method: 'GET',
  path: '/livez',
  summary: 'Whether the process serves',
  status: 200,
  isAlwaysServed: true,
  answer: status,
  errors: [],
  handle: (): StatusResponse => ({ status: 'ok' }),
})
