import { App, Operator, createVerifier } from '@agentwrit/client'
import { check, checkEqual } from '../check.mjs'

const scope = 'read:sales:7'

export async function run({ broker, adminSecret, clientId, clientSecret }) {
  const operator = await Operator.signIn({ broker, secret: adminSecret })
  const name = `verifier-${crypto.randomUUID()}`
  const made = await operator.registerApp({ name, scopes: [], role: 'verifier' })
  const credentials = { clientId: made.client_id, clientSecret: made.client_secret }
  const [audience, issuer] = [null, null]
  const verifier = createVerifier({ broker, mode: 'offline', credentials, audience, issuer })
  await verifier.ready()

  const app = await App.signIn({ broker, clientId, clientSecret })
  const agent = await app.createAgent({ orchId: 'sales', taskId: 'october', scope: [scope] })
  const token = await agent.token()
  check((await verifier.verify(token, { scope })).ok, 'a live token is accepted')
  const wider = await verifier.verify(token, { scope: 'read:sales:8' })
  checkEqual(wider.reason, 'insufficient_scope', 'the reason')
  const tampered = await verifier.verify(`${token.slice(0, -4)}AAAA`)
  checkEqual(tampered.reason, 'invalid_token', 'the reason')

  await operator.revoke({ level: 'agent', target: agent.agentId })
  while ((await verifier.verify(token)).ok) await new Promise((resolve) => setTimeout(resolve, 20))
  checkEqual((await verifier.verify(token)).reason, 'token_revoked', 'the reason')
  await verifier.close()
  checkEqual((await verifier.verify(token)).reason, 'not_ready', 'the reason')
  await app.signOut()
  await operator.signOut()
}
