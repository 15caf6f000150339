import type { StatusResponse } from '@agentwrit/protocol'
import { requireEpochBegun } from '../../domain/epoch/until-epoch.ts'
import { Fault } from '../../domain/fault.ts'
import { status } from '../schemas/status-schema.ts'
import { route } from '../route.ts'

export const readyzRoute = route({
  method: 'GET',
  path: '/readyz',
  summary: 'Whether the broker wants requests',
  status: 200,
  answer: status,
  errors: [],
  handle: async ({ context, readiness }): Promise<StatusResponse> => {
    const { isConnected } = await readiness.storeState()
    const { stage } = readiness
    if (stage !== 'ready') throw notReady(`the broker is ${stage}`)
    if (readiness.isClockBehind) throw notReady(clockBehind)
    requireEpochBegun(context)
    if (!isConnected) throw notReady('the store does not answer')
    return { status: 'ready' }
  },
})

const clockBehind =
  'the clock is behind the time of the last change; see "A clock that leapt ahead" in docs/security/storage.md'

function notReady(detail: string): Fault {
  return new Fault('service_unavailable', detail, { retryAfter: 1 })
}
