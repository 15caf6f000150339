import { App, createVerifier } from '@agentwrit/client'
import { requireToken } from '@agentwrit/client/mcp'
import { check, checkEqual } from '../check.mjs'

const url = 'http://tools.test/mcp'

export async function run({ broker, clientId, clientSecret }) {
  for (const framework of ['express', 'fastify', 'hono']) {
    const { requireScope } = await import(`@agentwrit/client/${framework}`)
    check(typeof requireScope === 'function', `${framework} has a gate`)
  }
  const app = await App.signIn({ broker, clientId, clientSecret })
  const task = { orchId: 'sales', taskId: 'october', scope: ['read:sales:7'] }
  const gate = requireToken(
    createVerifier({ broker, mode: 'introspect', audience: null, issuer: null }),
  )
  await app.withAgent(task, async (agent) => {
    const authorization = `Bearer ${await agent.token()}`
    check((await gate(new Request(url, { headers: { authorization } }))).ok, 'it lets in')
    checkEqual((await gate(new Request(url))).ok, false, 'whether it lets nobody in')
  })
  await app.signOut()
}
