import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { expectDead, expectLive } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import { waitUntil } from '../wire/clock.ts'
import { expectProblem } from '../wire/expect.ts'

/** What we know of the broker's clock from outside is exact to some hundredths of a second, on a busy machine less. */
const doubt = 250

export const expiry: Check = {
  line: 11,
  title: 'A token is accepted in the second before exp and refused at exp',
  parts: [
    {
      title: 'at validate and as a bearer',
      run: async (broker) => {
        const { token, claims } = await makeAgent(broker, await makeApp(broker), { maxTtl: 3 })
        await waitUntil(broker, claims.exp * 1000 - 1000 + doubt)
        await expectLive(broker, { 'the token in its last second': token })
        expectProblem(await broker.get('/v1/agents', token), 'insufficient_scope', 'last second')
        await waitUntil(broker, claims.exp * 1000 + doubt)
        await expectDead(broker, { 'an expired token': token })
        expectProblem(await broker.get('/v1/agents', token), 'unauthorized', 'expired')
      },
    },
  ],
}
