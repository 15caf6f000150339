import type { Row } from '../row.ts'
import { auditQueries } from './audit-queries.ts'
import { auditVerify } from './audit-verify.ts'
import { eventLoopDelay } from './event-loop-delay.ts'
import { groupCommit } from './group-commit.ts'
import { registerDurable } from './register-durable.ts'
import { startUp } from './start-up.ts'
import { validateKnown } from './validate-known.ts'
import { validateUnseen } from './validate-unseen.ts'
import { verifierMemory } from './verifier-memory.ts'
import { verifyOffline } from './verify-offline.ts'

/** The table, from top to bottom. */
export const rows: readonly Row[] = [
  validateKnown,
  validateUnseen,
  verifyOffline,
  registerDurable,
  groupCommit,
  eventLoopDelay,
  startUp,
  auditQueries,
  auditVerify,
  verifierMemory,
]
