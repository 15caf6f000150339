import type { Route } from '../route.ts'
import { authenticateOperatorRoute } from './admin-auth.ts'
import { authenticateAppRoute } from './app-auth.ts'
import { changeAppRoute } from './change-app.ts'
import { challengeRoute } from './challenge.ts'
import { createAppLaunchTokenRoute, createLaunchTokenRoute } from './create-launch-token.ts'
import { delegateTokenRoute } from './delegate-token.ts'
import { deleteAppLaunchTokenRoute, deleteLaunchTokenRoute } from './delete-launch-token.ts'
import { deregisterAppRoute } from './deregister-app.ts'
import { followAuditRoute } from './follow-audit.ts'
import { followRevocationsRoute } from './follow-revocations.ts'
import { getAgentKeyRoute } from './get-agent-key.ts'
import { getAgentRoute } from './get-agent.ts'
import { getAppRoute } from './get-app.ts'
import { healthRoute } from './health.ts'
import { jwksRoute } from './jwks.ts'
import { listAgentsRoute } from './list-agents.ts'
import { listAppsRoute } from './list-apps.ts'
import { listAppLaunchTokensRoute, listLaunchTokensRoute } from './list-launch-tokens.ts'
import { liftRevocationRoute } from './lift-revocation.ts'
import { listAuditEventsRoute } from './list-audit-events.ts'
import { listAuditKeysRoute } from './list-audit-keys.ts'
import { listBrokersRoute } from './list-brokers.ts'
import { listRevocationsRoute } from './list-revocations.ts'
import { listDelegationsRoute } from './list-delegations.ts'
import { livezRoute } from './livez.ts'
import { metricsRoute } from './metrics.ts'
import { openapiRoute } from './openapi.ts'
import { readyzRoute } from './readyz.ts'
import { registerAppRoute } from './register-app.ts'
import { registerRoute } from './register.ts'
import { releaseTokenRoute } from './release-token.ts'
import { renewTokenRoute } from './renew-token.ts'
import { revokeRoute } from './revoke.ts'
import { rotateAppSecretRoute } from './rotate-app-secret.ts'
import { rotateSigningKeyRoute } from './rotate-signing-key.ts'
import { showConfigRoute } from './show-config.ts'
import { showStatsRoute } from './show-stats.ts'
import { verifyAuditRoute } from './verify-audit.ts'
import { validateTokenRoute } from './validate-token.ts'

const lifeRoutes = [
  challengeRoute,
  registerRoute,
  renewTokenRoute,
  delegateTokenRoute,
  releaseTokenRoute,
]

const tokenRoutes = [validateTokenRoute, jwksRoute, followRevocationsRoute]

const stopRoutes = [revokeRoute, listRevocationsRoute, liftRevocationRoute]

const appRoutes = [
  authenticateAppRoute,
  createAppLaunchTokenRoute,
  listAppLaunchTokensRoute,
  deleteAppLaunchTokenRoute,
]

const operatorRoutes = [
  authenticateOperatorRoute,
  createLaunchTokenRoute,
  listLaunchTokensRoute,
  deleteLaunchTokenRoute,
  registerAppRoute,
  listAppsRoute,
  getAppRoute,
  changeAppRoute,
  deregisterAppRoute,
  rotateAppSecretRoute,
  rotateSigningKeyRoute,
  showStatsRoute,
  showConfigRoute,
  listBrokersRoute,
]

const auditRoutes = [listAuditEventsRoute, followAuditRoute, listAuditKeysRoute, verifyAuditRoute]

const agentRoutes = [listAgentsRoute, getAgentRoute, getAgentKeyRoute, listDelegationsRoute]

const watchRoutes = [healthRoute, livezRoute, readyzRoute, metricsRoute, openapiRoute]

/** The API on one page, by whom it serves. */
export const routeGroups: ReadonlyMap<string, readonly Route[]> = new Map([
  ["An agent's life", lifeRoutes],
  ['Whoever is shown a token', tokenRoutes],
  ['Whoever has to stop something', stopRoutes],
  ['Apps', appRoutes],
  ['Operators', operatorRoutes],
  ['The audit trail', auditRoutes],
  ['Agents, for operators, apps and peers', agentRoutes],
  ['Machines that watch the broker', watchRoutes],
])

export const allRoutes: readonly Route[] = [...routeGroups.values()].flat()
