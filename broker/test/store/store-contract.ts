// What every engine must do: the same suite for each.
import { actingAppContract } from './acting-app-contract.ts'
import { agentReadContract } from './agent-read-contract.ts'
import { appContract } from './app-contract.ts'
import { auditContract } from './audit-contract.ts'
import { auditQueryContract } from './audit-query-contract.ts'
import { auditTallyContract } from './audit-tally-contract.ts'
import { batchContract } from './batch-contract.ts'
import { changeContract } from './change-contract.ts'
import { delegatedRenewalContract } from './delegated-renewal-contract.ts'
import { delegationContract } from './delegation-contract.ts'
import { epochContract } from './epoch-contract.ts'
import { forgeryContract } from './forgery-contract.ts'
import { guardContract } from './guard-contract.ts'
import { integrityContract } from './integrity-contract.ts'
import { migrationContract } from './migration-contract.ts'
import { openingContract } from './opening-contract.ts'
import { raceContract } from './race-contract.ts'
import { readContract } from './read-contract.ts'
import { reachContract } from './reach-contract.ts'
import { renewalContract } from './renewal-contract.ts'
import { retentionContract } from './retention-contract.ts'
import { revocationContract } from './revocation-contract.ts'
import { signingKeyContract } from './signing-key-contract.ts'
import type { StoreKind } from './store-place.ts'

export function storeContract(kind: StoreKind): void {
  guardContract(kind)
  appContract(kind)
  actingAppContract(kind)
  raceContract(kind)
  batchContract(kind)
  auditContract(kind)
  auditQueryContract(kind)
  auditTallyContract(kind)
  integrityContract(kind)
  forgeryContract(kind)
  readContract(kind)
  agentReadContract(kind)
  renewalContract(kind)
  delegationContract(kind)
  delegatedRenewalContract(kind)
  retentionContract(kind)
  openingContract(kind)
  migrationContract(kind)
  signingKeyContract(kind)
  revocationContract(kind)
  reachContract(kind)
  epochContract(kind)
  changeContract(kind)
}
