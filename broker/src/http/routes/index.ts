import type { Route } from '../route.ts'
import { authenticateOperatorRoute } from './admin-auth.ts'
import { challengeRoute } from './challenge.ts'
import { createLaunchTokenRoute } from './create-launch-token.ts'
import { deleteLaunchTokenRoute } from './delete-launch-token.ts'
import { healthRoute } from './health.ts'
import { jwksRoute } from './jwks.ts'
import { listLaunchTokensRoute } from './list-launch-tokens.ts'
import { livezRoute } from './livez.ts'
import { metricsRoute } from './metrics.ts'
import { openapiRoute } from './openapi.ts'
import { readyzRoute } from './readyz.ts'
import { registerRoute } from './register.ts'
import { releaseTokenRoute } from './release-token.ts'
import { renewTokenRoute } from './renew-token.ts'
import { validateTokenRoute } from './validate-token.ts'

/** The API on one page. */
export const allRoutes: readonly Route[] = [
  // An agent's life
  challengeRoute,
  registerRoute,
  renewTokenRoute,
  releaseTokenRoute,
  // Whoever is shown a token
  validateTokenRoute,
  jwksRoute,
  // Operators
  authenticateOperatorRoute,
  createLaunchTokenRoute,
  listLaunchTokensRoute,
  deleteLaunchTokenRoute,
  // Machines that watch the broker
  healthRoute,
  livezRoute,
  readyzRoute,
  metricsRoute,
  openapiRoute,
]
