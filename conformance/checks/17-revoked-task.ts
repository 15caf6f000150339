import { launchToken, registration } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { revoke } from '../actors/revocation.ts'
import type { Check } from '../suite/check.ts'
import { expectProblem, expectStatus } from '../wire/expect.ts'
import { randomName } from '../wire/random-name.ts'

export const revokedTask: Check = {
  line: 17,
  title: 'Registering under a revoked task gives 403',
  parts: [
    {
      title: 'and under another one works',
      run: async (broker) => {
        const task = randomName('task')
        const { token } = await launchToken(broker, await makeApp(broker))
        await revoke(broker, { level: 'task', target: task })
        const refused = await registration(broker, token, { task_id: task })
        expectProblem(await broker.post('/v1/register', refused), 'forbidden')
        const other = { ...refused, task_id: randomName('task') }
        expectStatus(await broker.post('/v1/register', other), 200)
      },
    },
  ],
}
