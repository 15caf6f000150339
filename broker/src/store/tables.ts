import { agents } from './tables/agents.ts'
import { appNames, apps } from './tables/apps.ts'
import { auditEvents } from './tables/audit-events.ts'
import { changes } from './tables/changes.ts'
import { checkpoints } from './tables/checkpoints.ts'
import { delegations } from './tables/delegations.ts'
import { head } from './tables/head.ts'
import { launchTokens } from './tables/launch-tokens.ts'
import { nonces } from './tables/nonces.ts'
import { renewals } from './tables/renewals.ts'
import { revocations } from './tables/revocations.ts'
import { sessions } from './tables/sessions.ts'
import { signingKeys } from './tables/signing-keys.ts'
import { tokens } from './tables/tokens.ts'

/** Every table but the schema's own row, by the name that changes use. */
export const tables = {
  agents,
  appNames,
  apps,
  auditEvents,
  changes,
  checkpoints,
  delegations,
  head,
  launchTokens,
  nonces,
  renewals,
  revocations,
  sessions,
  signingKeys,
  tokens,
}

export type TableName = keyof typeof tables
/** Tables whose rows carry no MAC: only there can the absence of a row mean anything. */
export type PlainTableName = {
  [Name in TableName]: (typeof tables)[Name]['mac'] extends false ? Name : never
}[TableName]
/** Tables whose rows are pruned by themselves. */
export type ExpiringTableName = {
  [Name in TableName]: (typeof tables)[Name] extends { readonly expiry: string } ? Name : never
}[TableName]
export type ColumnName<Name extends TableName> = keyof (typeof tables)[Name]['columns'] & string
