import { makeAgent } from '../actors/agent.ts'
import { makeApp } from '../actors/app.ts'
import type { Check } from '../suite/check.ts'
import type { Broker } from '../wire/broker.ts'
import { expect, expectProblem, expectStatus } from '../wire/expect.ts'

export const members: Check = {
  line: 5,
  title: 'Nothing after the JSON value; member names by exact case; unknown members are named',
  parts: [
    {
      title: 'bytes after the value, and what is no JSON object',
      run: async (broker) => {
        for (const text of ['{"token":"x"}x', '{"token":"x"}{}', '[]', '"x"', '', '{"token":1}']) {
          const answer = await broker.ask('POST', '/v1/token/validate', { text })
          expectProblem(answer, 'invalid_request', `${text.length} characters`)
        }
        const padded = { text: ' \n{"token":"x"}\t\r\n' }
        expectStatus(await broker.ask('POST', '/v1/token/validate', padded), 200)
      },
    },
    { title: '`Scope` counts as missing', run: otherCase },
    { title: 'an unknown member changes nothing and is named', run: unknownMember },
  ],
}

async function otherCase(broker: Broker): Promise<void> {
  const { id, token } = await makeAgent(broker, await makeApp(broker))
  const body = { delegate_to: id, Scope: ['read:data:*'] }
  expectProblem(await broker.post('/v1/delegate', body, token), 'invalid_request')
}

async function unknownMember(broker: Broker): Promise<void> {
  const answer = await broker.post('/v1/token/validate', { token: 'x', colour: 1, 'a b': 2 })
  const warning = answer.headers.get('warning')
  expectStatus(answer, 200)
  expect(
    warning === '299 agentwrit "ignored unknown fields: colour, a?b"',
    'Warning does not name the unknown members in the form of contract 1.2',
  )
  const plain = await broker.post('/v1/token/validate', { token: 'x' })
  expect(plain.headers.get('warning') === null, 'a Warning without unknown members')
}
