import type { Check } from './check.ts'
import { document } from '../checks/00-document.ts'
import { headers } from '../checks/01-headers.ts'
import { requestId } from '../checks/02-request-id.ts'
import { routing } from '../checks/03-routing.ts'
import { bodyLimit } from '../checks/04-body-limit.ts'
import { members } from '../checks/05-members.ts'
import { problems } from '../checks/06-problems.ts'
import { deadBearers } from '../checks/07-dead-bearers.ts'
import { deadBearersAudited } from '../checks/08-dead-bearers-audited.ts'
import { releasing } from '../checks/09-release.ts'
import { vectors } from '../checks/10-vectors.ts'
import { expiry } from '../checks/11-expiry.ts'
import { tokenForm } from '../checks/12-token-form.ts'
import { validate } from '../checks/13-validate.ts'
import { singleUse } from '../checks/14-single-use.ts'
import { failedRegistration } from '../checks/15-failed-registration.ts'
import { nonce } from '../checks/16-nonce.ts'
import { revokedTask } from '../checks/17-revoked-task.ts'
import { reservedScopes } from '../checks/18-reserved-scopes.ts'
import { renewalRace } from '../checks/19-renewal-race.ts'
import { repeatedRenewal } from '../checks/20-repeated-renewal.ts'
import { sessionAge } from '../checks/21-session-age.ts'
import { narrowing } from '../checks/22-narrowing.ts'
import { delegators } from '../checks/23-delegators.ts'
import { delegatedLife } from '../checks/24-delegated-life.ts'
import { delegationRefused } from '../checks/25-delegation-refused.ts'
import { tamperedRecords } from '../checks/26-tampered-records.ts'
import { revocationLevels } from '../checks/27-revocation-levels.ts'
import { dryRun } from '../checks/28-dry-run.ts'
import { lifting } from '../checks/29-lift.ts'
import { deregistration } from '../checks/30-deregistration.ts'
import { appFields } from '../checks/31-app-fields.ts'
import { secretRotation } from '../checks/32-secret-rotation.ts'
import { auditList } from '../checks/33-audit-list.ts'
import { auditChain } from '../checks/34-audit-chain.ts'
import { unauditable } from '../checks/35-unauditable.ts'
import { aggregation } from '../checks/36-aggregation.ts'
import { clientAddress } from '../checks/37-client-address.ts'
import { keyRotation } from '../checks/38-key-rotation.ts'
import { revocationStream } from '../checks/39-revocation-stream.ts'
import { configuration } from '../checks/40-configuration.ts'
import { metrics } from '../checks/41-metrics.ts'
import { pythonSdk } from '../checks/42-python-sdk.ts'
import { reuse } from '../checks/43-reuse.ts'
import { launchTokens } from '../checks/44-launch-tokens.ts'
import { launchingSessions } from '../checks/45-launching-sessions.ts'
import { supersededJti } from '../checks/46-superseded-jti.ts'
import { narrowedCeilings } from '../checks/47-narrowed-ceilings.ts'
import { streamContents } from '../checks/48-stream-contents.ts'
import { cluster } from '../checks/49-cluster.ts'
import { restoredDatabase } from '../checks/50-restored-database.ts'
import { auditDetail } from '../checks/51-audit-detail.ts'
import { unknownSession } from '../checks/52-unknown-session.ts'

/** Section 11 of the wire contract, line by line. */
export const checklist: readonly Check[] = [
  document,
  headers,
  requestId,
  routing,
  bodyLimit,
  members,
  problems,
  deadBearers,
  deadBearersAudited,
  releasing,
  vectors,
  expiry,
  tokenForm,
  validate,
  singleUse,
  failedRegistration,
  nonce,
  revokedTask,
  reservedScopes,
  renewalRace,
  repeatedRenewal,
  sessionAge,
  narrowing,
  delegators,
  delegatedLife,
  delegationRefused,
  tamperedRecords,
  revocationLevels,
  dryRun,
  lifting,
  deregistration,
  appFields,
  secretRotation,
  auditList,
  auditChain,
  unauditable,
  aggregation,
  clientAddress,
  keyRotation,
  revocationStream,
  configuration,
  metrics,
  pythonSdk,
  reuse,
  launchTokens,
  launchingSessions,
  supersededJti,
  narrowedCeilings,
  streamContents,
  cluster,
  restoredDatabase,
  auditDetail,
  unknownSession,
]
