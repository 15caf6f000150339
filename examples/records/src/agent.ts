// An agent in a process of its own. On standard input come a launch token and, later, a token that is delegated to it.
import { createInterface } from 'node:readline'
import { Agent } from '@agentwrit/client'

const records = process.env['RECORDS_URL'] ?? 'http://127.0.0.1:9090'
const heard = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

const { value: launchToken = '' } = await heard.next()
await using agent = await Agent.register({
  broker: process.env['AGENTWRIT_BROKER_URL'] ?? 'http://127.0.0.1:8080',
  launchToken,
  orchId: 'clinic',
  taskId: 'visit-7',
  scope: ['read:labs:P-2014'],
  allowedOrigins: [records],
})
console.log(agent.agentId)
const refused = await agent.fetch(`${records}/patients/P-2014`)
console.log('by itself', refused.status)

const { value: token = '' } = await heard.next()
await using delegated = await agent.accept(token)
const answer = await delegated.fetch(`${records}/patients/P-2014`)
console.log('delegated', answer.status, await answer.text())
