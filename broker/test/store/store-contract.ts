// What every engine must do: the same suite for each.
import { auditContract } from './audit-contract.ts'
import { batchContract } from './batch-contract.ts'
import { forgeryContract } from './forgery-contract.ts'
import { guardContract } from './guard-contract.ts'
import { openingContract } from './opening-contract.ts'
import { raceContract } from './race-contract.ts'
import { readContract } from './read-contract.ts'
import { retentionContract } from './retention-contract.ts'
import type { StoreKind } from './store-place.ts'

export function storeContract(kind: StoreKind): void {
  guardContract(kind)
  raceContract(kind)
  batchContract(kind)
  auditContract(kind)
  forgeryContract(kind)
  readContract(kind)
  retentionContract(kind)
  openingContract(kind)
}
