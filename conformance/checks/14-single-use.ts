import { launchToken, registration } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import type { Check } from '../suite/check.ts'
import { expect, expectProblem } from '../wire/expect.ts'

const contenders = 200

export const singleUse: Check = {
  line: 14,
  title: 'Of 200 concurrent registrations with one single-use launch token exactly one succeeds',
  parts: [
    {
      title: 'on this broker',
      run: async (broker) => {
        const { token } = await launchToken(broker, await makeApp(broker))
        const bodies = await Promise.all(
          Array.from({ length: contenders }, () => registration(broker, token)),
        )
        const answers = await Promise.all(bodies.map((body) => broker.post('/v1/register', body)))
        const winners = answers.filter(({ status }) => status === 200)
        expect(winners.length === 1, `${winners.length} of ${contenders} succeeded`)
        for (const answer of answers) {
          if (answer.status !== 200) expectProblem(answer, 'unauthorized')
        }
      },
    },
    { title: 'across two brokers', needs: ['twoBrokers'] },
  ],
}
