import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { askRelease, expectDead, release, renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import { waitUntil } from '../wire/clock.ts'
import { expectProblem } from '../wire/expect.ts'

export const releasing: Check = {
  line: 9,
  title: 'Releasing is idempotent, works with a superseded token, and not with an expired one',
  parts: [
    {
      title: 'twice gives 204 and 204',
      run: async (broker) => {
        const { token } = await makeAgent(broker, await makeApp(broker))
        await release(broker, token)
        await release(broker, token)
        await expectDead(broker, { 'a released token': token })
      },
    },
    {
      title: 'a superseded, unexpired token ends its successor',
      run: async (broker) => {
        const { token } = await makeAgent(broker, await makeApp(broker))
        const successor = await renew(broker, token)
        await release(broker, token)
        await expectDead(broker, { 'the successor of a released token': successor })
      },
    },
    {
      title: 'an expired token gives 401',
      run: async (broker) => {
        const { token, claims } = await makeAgent(broker, await makeApp(broker), { maxTtl: 1 })
        await waitUntil(broker, claims.exp * 1000 + 200)
        expectProblem(await askRelease(broker, token), 'unauthorized')
      },
    },
  ],
}
