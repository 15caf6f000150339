import { launchToken, registration } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import type { Check } from '../suite/check.ts'
import { expectProblem, expectStatus } from '../wire/expect.ts'

export const nonce: Check = {
  line: 16,
  title: 'A nonce is accepted once',
  parts: [
    {
      title: 'on this broker',
      run: async (broker) => {
        const app = await makeApp(broker)
        const first = await registration(broker, (await launchToken(broker, app)).token)
        expectStatus(await broker.post('/v1/register', first), 200)
        const second = { ...first, launch_token: (await launchToken(broker, app)).token }
        expectProblem(await broker.post('/v1/register', second), 'unauthorized')
      },
    },
    { title: 'after a restart', needs: ['restart'] },
    { title: 'on another broker of the cluster', needs: ['twoBrokers'] },
  ],
}
