import type { Check } from '../suite/check.ts'
import { askRenewal } from '../actors/token.ts'
import { expectProblem } from '../wire/expect.ts'

export const sessionAge: Check = {
  line: 21,
  title: 'An admin token is not renewed; nothing lives beyond AA_MAX_SESSION_AGE',
  parts: [
    {
      title: 'an admin token on renew gives 403',
      run: async (broker) => {
        expectProblem(await askRenewal(broker, await broker.operator()), 'forbidden')
      },
    },
    { title: 'no renewal and no exp beyond AA_MAX_SESSION_AGE', needs: ['settings'] },
  ],
}
