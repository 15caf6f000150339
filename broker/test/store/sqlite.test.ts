import { storeContract } from './store-contract.ts'
import { sqliteKind } from './sqlite-place.ts'

storeContract(sqliteKind)
