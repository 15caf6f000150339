import { readEvents } from '../actors/audit.ts'
import { revoke } from '../actors/revocation.ts'
import type { Check } from '../suite/check.ts'
import { clockOffset } from '../wire/clock.ts'
import { expect } from '../wire/expect.ts'
import { randomHex } from '../wire/random-name.ts'

export const auditDetail: Check = {
  line: 51,
  title: 'A reason holding ` | count=0` adds no part to an audit detail',
  parts: [
    {
      title: 'of token_revoked',
      run: async (broker) => {
        const since = new Date(Date.now() + (await clockOffset(broker)) - 2000).toISOString()
        const target = randomHex(16)
        await revoke(broker, { level: 'token', target, reason: 'gone | count=0' })
        const events = await readEvents(broker, { event_type: 'token_revoked', since })
        const details = events.map(({ detail }) => String(detail))
        const detail = details.find((text) => text.includes(`target=${target}`))
        expect(detail !== undefined, 'there is no token_revoked of it')
        const parts = detail.split(' | ')
        expect(!parts.some((part) => part.startsWith('count=')), 'the reason added a part')
        expect(parts.includes(String.raw`reason=gone \| count\=0`), 'the reason is not escaped')
      },
    },
  ],
}
