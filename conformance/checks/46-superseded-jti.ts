import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import { revoke } from '../actors/revocation.ts'
import { expectDead, renew } from '../actors/token.ts'
import type { Check } from '../suite/check.ts'
import { expect } from '../wire/expect.ts'

export const supersededJti: Check = {
  line: 46,
  title: 'Revoking by a superseded jti kills its session',
  parts: [
    {
      title: 'after two renewals',
      run: async (broker) => {
        const { token, claims } = await makeAgent(broker, await makeApp(broker))
        const current = await renew(broker, await renew(broker, token))
        const { json } = await revoke(broker, { level: 'token', target: claims.jti })
        expect(json['count'] === 1, 'count is not 1')
        await expectDead(broker, { 'the current token': current })
      },
    },
  ],
}
