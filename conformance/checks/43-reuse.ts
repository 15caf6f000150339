import { setTimeout as pause } from 'node:timers/promises'
import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { findEvent } from '../actors/audit.ts'
import { askRenewal, expectDead, expectLive, renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import { expectProblem } from '../wire/expect.ts'

export const reuse: Check = {
  line: 43,
  title: 'A superseded bearer at renew: 401 within 10 s; later it ends the session',
  parts: [
    {
      title: 'within 10 s the session lives on',
      run: async (broker) => {
        const { token } = await makeAgent(broker, await makeApp(broker))
        const successor = await renew(broker, token)
        expectProblem(await askRenewal(broker, token), 'unauthorized')
        await expectLive(broker, { 'the successor': successor })
      },
    },
    {
      title: 'later the session ends, and that is audited',
      needs: ['time'],
      run: async (broker) => {
        const { token, claims } = await makeAgent(broker, await makeApp(broker))
        const successor = await renew(broker, token)
        await pause(11_000)
        expectProblem(await askRenewal(broker, token), 'unauthorized')
        await expectDead(broker, { 'the successor': successor })
        await findEvent(broker, { event_type: 'token_reuse_detected', jti: claims.jti })
      },
    },
  ],
}
