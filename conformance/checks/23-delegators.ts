import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { askDelegation } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import { expectProblem } from '../wire/expect.ts'

export const delegators: Check = {
  line: 23,
  title: 'An app or admin token on /v1/delegate gives 403',
  parts: [
    {
      title: 'app, admin',
      run: async (broker) => {
        const app = await makeApp(broker)
        const { id } = await makeAgent(broker, app)
        for (const bearer of [app.bearer, await broker.operator()]) {
          expectProblem(await askDelegation(broker, bearer, id), 'forbidden')
        }
      },
    },
  ],
}
