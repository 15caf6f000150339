import { launchToken, registration } from '../actors/agent.ts'
import { makeApp, operatorAsLauncher, type Launcher } from '../actors/app.ts'
import type { Check } from '../suite/check.ts'
import type { Json } from '../wire/answer.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectProblem, expectStatus } from '../wire/expect.ts'
import { randomName } from '../wire/random-name.ts'

export const launchTokens: Check = {
  line: 44,
  title: 'Launch tokens bind task and orchestration, are listed without secret, can be deleted',
  parts: [
    { title: 'one that names task_id or orch_id registers no other', run: bound },
    { title: 'listed, deleted, and only one’s own', run: listAndDelete },
  ],
}

async function bound(broker: Broker): Promise<void> {
  const app = await makeApp(broker)
  const [taskId, orchId] = [randomName('task'), randomName('orchestration')]
  const { token } = await launchToken(broker, app, { taskId, orchId })
  const good = await registration(broker, token, { task_id: taskId, orch_id: orchId })
  for (const other of [{ task_id: 'other' }, { orch_id: 'other' }]) {
    const answer = await broker.post('/v1/register', { ...good, ...other })
    expectProblem(answer, 'forbidden', Object.keys(other).join())
  }
  expectStatus(await broker.post('/v1/register', good), 200)
}

async function listAndDelete(broker: Broker): Promise<void> {
  const [app, stranger] = [await makeApp(broker), await makeApp(broker)]
  const admin = await operatorAsLauncher(broker)
  const { token, id } = await launchToken(broker, app)
  const entry = (await list(broker, app)).find((listed) => listed['id'] === id)
  expect(entry !== undefined, 'it is not in the list of its app')
  expect(!JSON.stringify(entry).includes(token), 'the list shows the launch token')
  expect((await list(broker, stranger)).length === 0, 'another app sees it')
  expectProblem(await remove(broker, stranger, id), 'not_found', 'another app')
  expectStatus(await remove(broker, app, id), 204)
  expectProblem(await remove(broker, app, id), 'not_found', 'deleted before')
  const body = await registration(broker, token)
  expectProblem(await broker.post('/v1/register', body), 'unauthorized', 'deleted')
  expect(!(await list(broker, admin)).some((listed) => listed['id'] === id), 'it is still listed')
}

async function list(broker: Broker, launcher: Launcher): Promise<Json[]> {
  const answer = await broker.get(launcher.launchPath, launcher.bearer)
  return expectStatus(answer, 200).list('launch_tokens')
}

async function remove(broker: Broker, { launchPath, bearer }: Launcher, id: string) {
  return broker.ask('DELETE', `${launchPath}/${id}`, { bearer })
}
