import type { NewAuditEvent } from '../../domain/audit/audit-event.ts'
import type { Registration, RegistrationGuard } from '../../domain/identity/agent.ts'
import { ahead, sinceEpoch, type Change, type Guard, type Write } from '../change.ts'
import { toAgentRow } from '../tables/agents.ts'
import { appActs } from './acting-app.ts'
import { newSession } from './begin-session.ts'
import { keepLauncher } from './keep-launcher.ts'
import { notRevoked, taskAllowed } from './not-revoked.ts'
import { keyIsActive } from './signing-key.ts'

/** Consumes launch token and nonce, creates agent, session and token; guards in the order of contract 4.2. */
export function registerAgent(
  registration: Registration,
  events: readonly NewAuditEvent[],
): Change<RegistrationGuard> {
  const { agent, session, nonce, nonceExpiresAt, iat, kid } = registration
  return {
    guards: [
      ...launchTokenGuards(registration),
      ...appActs('app_changed', registration.app),
      taskAllowed('task_revoked', agent.taskId, iat * 1000),
      { name: 'nonce_used', before: nonceExpiresAt },
      { name: 'nonce_used', none: 'nonces', key: { nonce } },
      keyIsActive(kid),
    ],
    writes: [
      ...spendLaunchToken(registration),
      { insert: 'nonces', row: { nonce, expires_at: nonceExpiresAt } },
      ...newSession(session, kid),
      { insert: 'agents', row: toAgentRow(agent, session.currentExp, kid) },
      ...keepLauncher(registration.lsid, session.currentExp),
    ],
    events,
    highestExp: session.currentExp,
  }
}

/** The launch token lives, is the one that was read, and its maker was not revoked (a release does not matter). */
function launchTokenGuards(registration: Registration): Guard<RegistrationGuard>[] {
  const { launchTokenHash, singleUse, lsid, app } = registration
  const alive: Guard<RegistrationGuard> = {
    name: 'launch_token_spent',
    some: 'launchTokens',
    key: { hash: launchTokenHash },
    where: {
      single_use: singleUse ? 1 : 0,
      creator_sid: lsid ?? null,
      app_id: app?.appId ?? null,
      used_at: null,
      expires_at: ahead,
      created_at: sinceEpoch,
    },
  }
  return [alive, ...notRevoked('launch_token_revoked', lsid)]
}

function spendLaunchToken({ launchTokenHash, singleUse }: Registration): Write[] {
  if (!singleUse) return []
  return [{ update: 'launchTokens', key: { hash: launchTokenHash }, set: { used_at: { at: 0 } } }]
}
