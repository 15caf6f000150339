import { deregisterApp } from '../../src/domain/apps/deregister-app.ts'
import { revoke } from '../../src/domain/revocation/revoke.ts'
import { rotateSigningKey } from '../../src/domain/signing-keys/rotate-signing-key.ts'
import { decodeToken } from '../decode-token.ts'
import type { Verbs } from './ask-verbs.ts'
import type { Field } from './field.ts'

export type Kill = (verbs: Verbs, field: Field) => Promise<unknown>

/** Everything that ends authority, aimed at the middle of the chain or at all of it. */
export const kills: Readonly<Record<string, Kill>> = {
  token: (verbs, { second, operator }) =>
    revokeAs(verbs, operator, 'token', decodeToken(second).jti),
  agent: (verbs, { middle, operator }) => revokeAs(verbs, operator, 'agent', middle.agentId),
  task: (verbs, { taskId, operator }) => revokeAs(verbs, operator, 'task', taskId),
  chain: (verbs, { root, operator }) => revokeAs(verbs, operator, 'chain', root.agentId),
  'login of an app': (verbs, { middle, operator }) =>
    revokeAs(verbs, operator, 'token', decodeToken(middle.appToken).jti),
  'all logins of an app': (verbs, { middle, operator }) =>
    revokeAs(verbs, operator, 'agent', `app:${middle.appId}`),
  'its own agent, by the app': (verbs, { middle }) =>
    revokeAs(verbs, middle.control, 'agent', middle.agentId),
  release: (verbs, { second }) => verbs.release(second),
  deregistration: async (verbs, { middle, operator }) =>
    deregisterApp(verbs.context, await verbs.caller(operator), middle.appId),
  'key emergency': async (verbs, { operator }) =>
    rotateSigningKey(verbs.context, await verbs.caller(operator), { emergency: true }),
}

async function revokeAs(
  verbs: Verbs,
  bearer: string,
  level: 'token' | 'agent' | 'task' | 'chain',
  target: string,
): Promise<unknown> {
  return revoke(verbs.context, await verbs.caller(bearer), { level, target })
}
