import type { Origin } from '../../src/domain/audit/refusal.ts'
import { registerApp } from '../../src/domain/apps/register-app.ts'
import { authenticateApp } from '../../src/domain/apps/authenticate-app.ts'
import type { Context } from '../../src/domain/context.ts'
import { delegateToken } from '../../src/domain/delegation/delegate-token.ts'
import {
  authenticateBearer,
  authenticateForRelease,
  authenticateForRenewal,
  type Presented,
} from '../../src/domain/identity/authenticate-bearer.ts'
import { issueNonce } from '../../src/domain/identity/issue-nonce.ts'
import { registerAgent } from '../../src/domain/identity/register-agent.ts'
import { createLaunchToken } from '../../src/domain/launch-tokens/create-launch-token.ts'
import { authenticateOperator } from '../../src/domain/operators/authenticate-operator.ts'
import { releaseToken } from '../../src/domain/tokens/release-token.ts'
import { renewToken } from '../../src/domain/tokens/renew-token.ts'
import { makeKey, registration, type Key } from '../proof.ts'
import { adminSecret } from '../test-broker.ts'

const origin: Origin = { requestId: 'race', sourceIp: '127.0.0.1', route: '/race' }
const scope = ['read:data:*']
/** One key for all: what races here is what is done with tokens. */
const key: Key = makeKey()

let apps = 0

/** The verbs as the routes ask them: bearer first, then the verb. Each resolves to a token, or rejects with a Fault. */
export function verbsOf(context: Context) {
  const show = (bearer: string, idempotencyKey?: string): Presented => ({
    authorization: `Bearer ${bearer}`,
    origin,
    pace: 'at once',
    idempotencyKey,
  })
  const caller = (bearer: string) => authenticateBearer(context, show(bearer))
  return {
    context,
    caller,
    origin,
    signIn: async () =>
      (await authenticateOperator(context, { secret: adminSecret }, origin)).access_token,
    async registerApp(operator: string) {
      apps += 1
      const asked = { name: `racer-${apps}`, scopes: scope, token_ttl: 60, delegates_to: ['*'] }
      return registerApp(context, await caller(operator), asked)
    },
    signInApp: async (credentials: { client_id: string; client_secret: string }) =>
      (await authenticateApp(context, credentials, origin)).access_token,
    async launch(bearer: string, taskId: string) {
      const asked = { agent_name: 'racer', allowed_scope: scope, max_ttl: 300, single_use: false }
      const made = await createLaunchToken(context, await caller(bearer), {
        ...asked,
        task_id: taskId,
      })
      return made.launch_token
    },
    register: (launchToken: string, taskId: string) => {
      const { nonce } = issueNonce(context)
      const asked = registration({ launchToken, nonce, key, scope })
      return registerAgent(context, { ...asked, task_id: taskId }, origin)
    },
    async renew(bearer: string, idempotencyKey?: string) {
      const who = await authenticateForRenewal(context, show(bearer, idempotencyKey))
      const wanted = idempotencyKey === undefined ? {} : { idempotencyKey }
      return (await renewToken(context, who, wanted)).access_token
    },
    async delegate(bearer: string, to: string) {
      const asked = { delegate_to: to, scope, ttl: 300 }
      return (await delegateToken(context, await caller(bearer), asked)).access_token
    },
    async release(bearer: string) {
      await releaseToken(context, await authenticateForRelease(context, show(bearer)))
    },
  }
}

export type Verbs = ReturnType<typeof verbsOf>
