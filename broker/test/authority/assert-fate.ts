import assert from 'node:assert/strict'
import { allRoutes } from '../../src/http/routes/index.ts'
import { ask, assertProblem } from '../ask.ts'
import type { TestBroker } from '../test-broker.ts'

/** Every protected route but release, which takes dead tokens: the bearer is looked at before anything else. */
const protectedRoutes = allRoutes.filter(
  ({ access }) => access !== undefined && access.bearer !== 'unexpired',
)

/** Nobody accepts the token, whatever is asked for with it. */
export async function assertDead(broker: TestBroker, bearer: string, what: string): Promise<void> {
  assert.equal((await broker.client.validate(bearer)).valid, false, `${what} is dead`)
  for (const { method, path } of protectedRoutes) {
    const answer = await ask(broker, method, path.replaceAll(/\{\w+\}/g, 'x'), { bearer })
    assert.equal(answer.status, 401, `${what} is refused by ${method} ${path}`)
    assertProblem(answer, 401, 'unauthorized')
  }
}

export async function assertLive(broker: TestBroker, bearer: string, what: string): Promise<void> {
  assert.equal((await broker.client.validate(bearer)).valid, true, `${what} is live`)
}
