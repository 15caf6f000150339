import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expect } from '../wire/expect.ts'
import { askRaw, head } from '../wire/raw.ts'

export const requestId: Check = {
  line: 2,
  title: 'A request id is echoed if it is legal, otherwise replaced by 16 hex characters',
  parts: [
    {
      title: 'a legal one is echoed',
      run: async (broker) => {
        for (const id of ['a', 'A.b_c-9', 'x'.repeat(128)]) {
          expect((await answered(broker, id)) === id, `${id.length} legal characters not echoed`)
        }
      },
    },
    {
      title: 'one of 129 characters, or with a space, is replaced',
      run: async (broker) => {
        for (const id of ['x'.repeat(129), 'a b', 'a/b', '']) {
          const replaced = /^[0-9a-f]{16}$/.test((await answered(broker, id)) ?? '')
          expect(replaced, `${id.length} illegal characters are not replaced by 16 hex`)
        }
      },
    },
  ],
}

async function answered(broker: Broker, id: string): Promise<string | null> {
  const answer = await askRaw(broker, head('GET /livez', `X-Request-ID: ${id}`))
  return answer.headers.get('x-request-id')
}
