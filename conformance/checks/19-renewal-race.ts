import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { askRenewal, expectDead, expectLive } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import { expect, expectProblem } from '../wire/expect.ts'

const contenders = 50

export const renewalRace: Check = {
  line: 19,
  title: 'Of N concurrent renewals exactly one gets 200',
  parts: [
    {
      title: `of ${contenders}, on this broker`,
      run: async (broker) => {
        const { token } = await makeAgent(broker, await makeApp(broker))
        const answers = await Promise.all(
          Array.from({ length: contenders }, () => askRenewal(broker, token)),
        )
        const [winner, ...others] = answers.filter(({ status }) => status === 200)
        expect(winner !== undefined && others.length === 0, `${others.length + 1} got 200`)
        for (const answer of answers) {
          if (answer !== winner) expectProblem(answer, 'unauthorized')
        }
        await expectDead(broker, { 'the old token': token })
        await expectLive(broker, { 'the successor': winner.text('access_token') })
      },
    },
  ],
}
