// Who may ask the routes of contract 4.31.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registerApp, signIn } from '../apps.ts'
import { ask, assertProblem } from '../ask.ts'
import { signInAdmin } from '../lineages.ts'
import { testBroker } from '../test-broker.ts'

for (const path of ['/v1/admin/stats', '/v1/admin/config', '/v1/admin/brokers']) {
  test(`${path} is for live bearers of operators alone`, async () => {
    await using broker = await testBroker()
    const app = await signIn(broker, await registerApp(broker))
    const verifier = await signIn(
      broker,
      await registerApp(broker, { role: 'verifier', scopes: [] }),
    )
    for (const holder of [app, verifier, await broker.agent()]) {
      const answer = await ask(broker, 'GET', path, { bearer: await holder.token() })
      assertProblem(answer, 403, 'insufficient_scope')
      assert.match(answer.headers.get('www-authenticate') ?? '', /scope="admin:audit:\*"$/)
    }
    assertProblem(await ask(broker, 'GET', path), 401, 'unauthorized')
    const { token: bearer } = await signInAdmin(broker)
    assert.equal((await ask(broker, 'GET', path, { bearer })).status, 200)
    await ask(broker, 'POST', '/v1/token/release', { bearer })
    assertProblem(await ask(broker, 'GET', path, { bearer }), 401, 'unauthorized')
  })

  test(`HEAD ${path} answers like GET, and other methods are not there`, async () => {
    await using broker = await testBroker()
    const { token: bearer } = await signInAdmin(broker)
    const head = await ask(broker, 'HEAD', path, { bearer })
    assert.deepEqual([head.status, head.headers.get('content-type')], [200, 'application/json'])
    const posted = await ask(broker, 'POST', path, { bearer })
    assertProblem(posted, 405, 'method_not_allowed')
    assert.equal(posted.headers.get('allow'), 'GET, HEAD')
  })
}
