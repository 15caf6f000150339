// An app: it holds the client secret (AGENTWRIT_BROKER_URL, _CLIENT_ID, _CLIENT_SECRET) and starts an agent for the task.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { App } from '@agentwrit/client'

const records = process.env['RECORDS_URL'] ?? 'http://127.0.0.1:9090'
const task = { orchId: 'clinic', taskId: 'visit-7' }

await using app = await App.signIn({ allowedOrigins: [records] })
await using agent = await app.createAgent({ ...task, scope: ['read:records:P-2014'], ttl: 120 })
console.log('agent:', agent.agentId)
for (const patient of ['P-2014', 'P-2077']) {
  const answer = await agent.fetch(`${records}/patients/${patient}`)
  console.log(patient, answer.status, await answer.text())
}

// Another process, which never sees the secret: it gets a launch token, and registers with a scope of its own.
const { launch_token: launchToken } = await app.createLaunchToken({
  agent_name: 'visit-7/assistant',
  allowed_scope: ['read:labs:P-2014'],
  orch_id: task.orchId,
  task_id: task.taskId,
})
const assistant = spawn(process.execPath, [new URL('agent.ts', import.meta.url).pathname], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
assistant.stdin.write(`${launchToken}\n`)
const said = createInterface({ input: assistant.stdout })[Symbol.asyncIterator]()
const { value: assistantId = '' } = await said.next()
console.log('assistant:', assistantId)

// What it may not do by itself is delegated to it, for a minute and no longer than this agent lives.
await using delegation = await agent.delegate({ to: assistantId, scope: agent.scope, ttl: 60 })
assistant.stdin.end(`${delegation.token()}\n`)
for await (const line of said) console.log('assistant:', line)
