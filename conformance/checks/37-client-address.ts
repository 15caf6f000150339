import type { Check } from '../suite/check.ts'
import { expect } from '../wire/expect.ts'

export const clientAddress: Check = {
  line: 37,
  title: 'X-Forwarded-For has no effect unless the peer is a trusted proxy; limiters are bounded',
  parts: [
    {
      // An empty body is refused after the limiter has counted it (contract 4.9), so no secret is shown.
      title: 'from an address outside AA_TRUSTED_PROXIES',
      run: async (broker) => {
        const attempts = Array.from({ length: 40 }, (_, index) =>
          broker.ask('POST', '/v1/admin/auth', {
            body: {},
            headers: { 'X-Forwarded-For': `198.51.100.${index}` },
          }),
        )
        const answers = await Promise.all(attempts)
        const limited = answers.filter(({ status }) => status === 429).length
        expect(limited > 0, 'forty attempts, each with another X-Forwarded-For, were all let in')
      },
    },
    { title: 'two addresses of one IPv6 /64', needs: ['addresses'] },
    { title: '50 000 client ids from as many addresses', needs: ['addresses'] },
  ],
}
