import { claimsOf, makeAgent } from '../actors/agent.ts'
import { ceiling, makeApp } from '../actors/app.ts'
import { askRenewal, renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import { expect, expectProblem } from '../wire/expect.ts'

export const narrowing: Check = {
  line: 22,
  title: 'Renewing with a narrower scope sticks; a wider one gives 403',
  parts: [
    {
      title: 'narrower, then wider',
      run: async (broker) => {
        const { token, claims } = await makeAgent(broker, await makeApp(broker))
        const narrow = await renew(broker, token, { scope: ['read:data:1'] })
        const kept = await renew(broker, narrow)
        const scope = claimsOf(kept).scope.join(' ')
        expect(scope === 'read:data:1', 'the scope of the next renewal is not the narrower one')
        for (const wider of [['read:data:*'], ceiling, claims.scope, []]) {
          const answer = await askRenewal(broker, kept, { scope: wider })
          expectProblem(answer, 'scope_violation', wider.join(' '))
        }
      },
    },
  ],
}
