import type { Check } from '../suite/check.ts'
import { expect } from '../wire/expect.ts'

/** Judged by the inspector, after every part has run. */
export const document: Check = {
  line: 0,
  title: 'Every answer conforms to the OpenAPI document of the broker',
  parts: [
    {
      title: 'the document is OpenAPI 3.1',
      run: async (broker) => {
        const served = await broker.get('/v1/openapi.json')
        expect(served.text('openapi').startsWith('3.1.'), 'it is not OpenAPI 3.1')
        expect(Object.keys(served.object('paths')).length > 0, 'it has no paths')
      },
    },
    {
      title: 'what operators are told of the brokers themselves',
      run: async (broker) => {
        for (const name of ['stats', 'config', 'brokers']) {
          const { status } = await broker.get(`/v1/admin/${name}`, await broker.operator())
          expect(status === 200, `GET /v1/admin/${name} answers ${status}`)
        }
      },
    },
    {
      title: 'all answers of this run',
      needs: ['comparison'],
      run: async ({ inspector }) => expect(inspector.compares, 'the document cannot be read'),
    },
  ],
}
