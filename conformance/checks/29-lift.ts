import { launchToken, makeAgent, registration } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { lift, revoke } from '../actors/revocation.ts'
import { expectDead } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { clockOffset, waitUntil } from '../wire/clock.ts'
import { expect, expectProblem, expectStatus } from '../wire/expect.ts'
import { randomHex, randomName } from '../wire/random-name.ts'

export const lifting: Check = {
  line: 29,
  title: 'Lifting a task entry works from a whole second at least 3 s ahead, and revives nothing',
  parts: [
    { title: 'a task', run: liftTask },
    {
      title: 'an entry of any other level gives 409, an unknown one 404',
      run: async (broker) => {
        for (const level of ['token', 'agent', 'chain'] as const) {
          const target = level === 'token' ? randomHex(16) : `spiffe://x/agent/o/t/${randomHex(8)}`
          const { json } = await revoke(broker, { level, target })
          expectProblem(await lift(broker, String(json['id'])), 'conflict', level)
        }
        expectProblem(await lift(broker, randomHex(16)), 'not_found')
      },
    },
  ],
}

async function liftTask(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const taskId = randomName('task')
  const old = await makeAgent(broker, app, { taskId })
  const entry = await revoke(broker, { level: 'task', target: taskId })
  const offset = await clockOffset(broker)
  const asked = Date.now() + offset
  const lifted = expectStatus(await lift(broker, entry.text('id')), 200)
  const moment = Date.parse(lifted.text('lifted_at'))
  expect(moment % 1000 === 0, 'lifted_at is not a whole second')
  expect(moment >= asked + 3000 - 100, 'lifted_at is less than 3 s ahead')
  const again = expectStatus(await lift(broker, entry.text('id')), 200)
  expect(again.text('lifted_at') === lifted.text('lifted_at'), 'lifting again moves lifted_at')
  const { token } = await launchToken(broker, app)
  const early = await registration(broker, token, { task_id: taskId })
  expectProblem(await broker.post('/v1/register', early), 'forbidden', 'before lifted_at')
  await waitUntil(broker, moment + 200)
  const later = await registration(broker, token, { task_id: taskId })
  expectStatus(await broker.post('/v1/register', later), 200, 'after lifted_at')
  await expectDead(broker, { 'a token of the revoked task': old.token })
}
