import { after, before } from 'node:test'
import { postgresKind } from './postgres-place.ts'
import { startPostgres, type PostgresServer } from './postgres-server.ts'
import { storeContract } from './store-contract.ts'

let server: PostgresServer | undefined

before(async () => {
  server = await startPostgres()
})

after(() => server?.stop())

storeContract(
  postgresKind(() => {
    if (server === undefined) throw new Error('PostgreSQL is not running')
    return server
  }),
)
