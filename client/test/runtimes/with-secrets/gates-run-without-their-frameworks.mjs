import { App, createVerifier } from '@agentwrit/client'
import { requireToken } from '@agentwrit/client/mcp'
import { check, checkEqual } from '../check.mjs'

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
    const ask = (headers) => gate(new Request('http://tools.test/mcp', { headers }))
    check((await ask({ authorization: `Bearer ${await agent.token()}` })).ok, 'it lets in')
    checkEqual((await ask({})).ok, false, 'whether it lets nobody in')
  })
  await app.signOut()
}
