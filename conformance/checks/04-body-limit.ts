import type { Check } from '../suite/check.ts'
import { expectProblem, expectStatus } from '../wire/expect.ts'

export const bodyLimit: Check = {
  line: 4,
  title: 'A body of 1 048 576 bytes is accepted, one more byte gives 413',
  parts: [
    {
      title: '1 048 576 bytes',
      run: async (broker) => {
        const text = '{"token":"x"}'.padEnd(2 ** 20)
        expectStatus(await broker.ask('POST', '/v1/token/validate', { text }), 200)
      },
    },
    {
      title: 'one more byte',
      run: async (broker) => {
        const text = '{"token":"x"}'.padEnd(2 ** 20 + 1)
        const answer = await broker.ask('POST', '/v1/token/validate', { text })
        expectProblem(answer, 'payload_too_large')
        const unknown = await broker.ask('POST', '/v1/nothing', { text })
        expectProblem(unknown, 'payload_too_large', 'before routing')
      },
    },
  ],
}
