import { Client, type ClientConfig } from 'pg'
import { Committer } from '../../src/store/committer.ts'
import { History } from '../../src/store/history.ts'
import { createStore } from '../../src/store/create-store.ts'
import { readHead } from '../../src/store/reads/finds.ts'
import type { Founding } from '../../src/store/migrate.ts'
import { RowMac } from '../../src/store/row-mac.ts'
import { scans } from '../../src/store/reads/scans.ts'
import { PostgresEngine } from './postgres-engine.ts'
import { toSql, types } from './postgres-rows.ts'
import type { PostgresServer } from './postgres-server.ts'
import { freshHex } from './sample-records.ts'
import { macKey, sampleFounding, type Opening, type StoreKind } from './store-place.ts'

/** A database of its own on the server for each store. */
export function postgresKind(server: () => PostgresServer): StoreKind {
  return {
    async createPlace() {
      const { config } = server()
      const name = `store_${process.pid}_${freshHex(4)}`
      const admin = await connect(config)
      await admin.query(`create database ${name}`)
      const place = { ...config, ...atDatabase(config, name) }
      const direct = await connect(place)
      return {
        openStore: (opening) => openPostgresStore(place, opening),
        openEngine: (founding) => openEngine(place, founding),
        sql: toSql(direct),
        remove: async () => {
          await direct.end()
          await admin.query(`drop database ${name}`)
          await admin.end()
        },
      }
    },
  }
}

async function openPostgresStore(config: ClientConfig, { fingerprint, clock, observe }: Opening) {
  const mac = new RowMac(macKey)
  const epoch = freshHex(16)
  const engine = await openEngine(config, { ...sampleFounding(fingerprint), epoch })
  const reading = await connect(config)
  const source = { sql: toSql(reading), mac }
  const head = await readHead(source)
  const committer = new Committer(engine, clock, observe, head)
  let isOpen = true
  return createStore({
    committer,
    source,
    history: new History({ source, mark: head, latest: () => committer.latest }),
    scanner: { scan: (name, asked) => scans[name](source, asked) },
    observer: observe,
    close: async () => {
      if (!isOpen) return
      isOpen = false
      await reading.end()
      await engine.close()
    },
  })
}

async function openEngine(config: ClientConfig, founding: Founding): Promise<PostgresEngine> {
  return PostgresEngine.open(await connect(config), new RowMac(macKey), founding)
}

async function connect(config: ClientConfig): Promise<Client> {
  const client = new Client({ ...config, types })
  await client.connect()
  return client
}

function atDatabase({ connectionString }: ClientConfig, database: string): ClientConfig {
  if (connectionString === undefined) return { database }
  const url = new URL(connectionString)
  url.pathname = `/${database}`
  return { connectionString: url.href }
}
