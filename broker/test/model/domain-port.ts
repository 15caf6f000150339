import type { Claims } from '@agentwrit/protocol'
import type { Context } from '../../src/domain/context.ts'
import { authenticateApp } from '../../src/domain/apps/authenticate-app.ts'
import { changeApp } from '../../src/domain/apps/change-app.ts'
import { deregisterApp } from '../../src/domain/apps/deregister-app.ts'
import { registerApp } from '../../src/domain/apps/register-app.ts'
import { delegateToken } from '../../src/domain/delegation/delegate-token.ts'
import { Fault } from '../../src/domain/fault.ts'
import {
  authenticateBearer,
  authenticateForRelease,
  authenticateForRenewal,
} from '../../src/domain/identity/authenticate-bearer.ts'
import type { Caller } from '../../src/domain/identity/caller.ts'
import { issueNonce } from '../../src/domain/identity/issue-nonce.ts'
import { registerAgent } from '../../src/domain/identity/register-agent.ts'
import { requireKind, requireScope } from '../../src/domain/identity/require-scope.ts'
import { createLaunchToken } from '../../src/domain/launch-tokens/create-launch-token.ts'
import { authenticateOperator } from '../../src/domain/operators/authenticate-operator.ts'
import { liftRevocation } from '../../src/domain/revocation/lift-revocation.ts'
import { revoke } from '../../src/domain/revocation/revoke.ts'
import { rotateSigningKey } from '../../src/domain/signing-keys/rotate-signing-key.ts'
import { checkToken } from '../../src/domain/tokens/check-token.ts'
import { releaseToken } from '../../src/domain/tokens/release-token.ts'
import { renewToken } from '../../src/domain/tokens/renew-token.ts'
import { adminSecret, type TestBroker } from '../test-broker.ts'
import type { Port, Reply } from './port.ts'

const origin = { requestId: 'model', sourceIp: '127.0.0.1', route: '/model' }
const launchScope = 'admin:launch-tokens:*'
const revokeScope = 'admin:revoke:*'

/** The verbs themselves, behind the checks of bearer and scope that their routes make. */
export function domainPort(running: TestBroker): Port {
  const context = () => running.broker.context
  const as = <Value>(
    bearer: string,
    scopes: readonly [string, ...string[]] | undefined,
    act: (context: Context, caller: Caller) => Promise<Value>,
  ): Promise<Reply<Value>> =>
    replied(async () => {
      const caller = await authenticateBearer(context(), presented(bearer))
      if (scopes !== undefined) requireScope(caller, scopes)
      return act(context(), caller)
    })

  return {
    now: () => running.now(),
    advance: (milliseconds) => running.advance(milliseconds),
    restart: () => running.restart(),
    activeKid: async () => context().keys.activeKid,
    introspect: (token) => introspect(context(), token),
    async findOpenDoors(token) {
      const { refused } = await as(token, undefined, async () => true)
      return refused === 'unauthorized' ? [] : ['bearer check']
    },

    signInAdmin: () =>
      replied(() => authenticateOperator(context(), { secret: adminSecret }, origin)),
    signInApp: (asked) => replied(() => authenticateApp(context(), asked, origin)),
    registerApp: (bearer, asked) => as(bearer, [launchScope], (...by) => registerApp(...by, asked)),
    changeApp: (bearer, id, asked) =>
      as(bearer, [launchScope], (...by) => changeApp(...by, id, asked)),
    deregisterApp: (bearer, id) => as(bearer, [launchScope], (...by) => deregisterApp(...by, id)),
    createLaunchToken: (bearer, asked, maker) =>
      as(bearer, [`${maker}:launch-tokens:*`], (...by) => createLaunchToken(...by, asked)),
    nonce: async () => issueNonce(context()).nonce,
    register: (asked) => replied(() => registerAgent(context(), asked, origin)),
    renew: (bearer, scope) =>
      replied(async () => {
        const caller = await authenticateForRenewal(context(), presented(bearer))
        return renewToken(context(), caller, scope === undefined ? {} : { scope })
      }),
    delegate: (bearer, asked) =>
      as(bearer, undefined, (broker, caller) => {
        requireKind(caller, ['agent'])
        return delegateToken(broker, caller, asked)
      }),
    release: (bearer) =>
      replied(async () => {
        const caller = await authenticateForRelease(context(), presented(bearer))
        return releaseToken(context(), caller)
      }),
    revoke: (bearer, asked) =>
      as(bearer, [revokeScope, 'app:agents:*'], (...by) => revoke(...by, asked)),
    lift: (bearer, id) => as(bearer, [revokeScope], (...by) => liftRevocation(...by, id)),
    rotateKey: (bearer, asked) =>
      as(bearer, [revokeScope], (...by) => rotateSigningKey(...by, asked)),
  }
}

function presented(bearer: string) {
  return { authorization: `Bearer ${bearer}`, origin, pace: 'queued' } as const
}

async function replied<Value>(act: () => Promise<Value>): Promise<Reply<Value>> {
  try {
    return { value: await act() }
  } catch (error) {
    if (error instanceof Fault) return { refused: error.code }
    throw error
  }
}

async function introspect(context: Context, token: string): Promise<Claims | undefined> {
  const checked = await checkToken(context, token)
  return checked.state === 'live' ? checked.claims : undefined
}
