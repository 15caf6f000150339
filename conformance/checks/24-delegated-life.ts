import { claimsOf, makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { delegate, expectDead, release, renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import { expect } from '../wire/expect.ts'

export const delegatedLife: Check = {
  line: 24,
  title: "A delegated token never outlives its delegator's, at issue and after any renewal",
  parts: [
    {
      title: 'at issue, after renewals of both, after a release',
      run: async (broker) => {
        const app = await makeApp(broker)
        const root = await makeAgent(broker, app, { maxTtl: 30 })
        const peer = await makeAgent(broker, app)
        const given = await delegate(broker, root.token, peer.id, { ttl: 3600 })
        expect(given.claims.exp <= root.claims.exp, 'it outlives its delegator at issue')
        const renewed = await renew(broker, given.token)
        expect(claimsOf(renewed).exp <= root.claims.exp, 'it outlives its delegator when renewed')
        const successor = await renew(broker, root.token)
        const again = await renew(broker, renewed)
        expect(claimsOf(again).exp <= claimsOf(successor).exp, 'it outlives the successor')
        await release(broker, successor)
        await expectDead(broker, { 'a token whose delegator was released': again })
      },
    },
  ],
}
