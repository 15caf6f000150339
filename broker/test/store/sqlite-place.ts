import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStore } from '../../src/store/open-store.ts'
import { SqliteDatabase } from '../../src/store/sqlite/database.ts'
import { SqliteEngine } from '../../src/store/sqlite/sqlite-engine.ts'
import { sampleKey } from './sample-records.ts'
import { macKey, type StoreKind } from './store-place.ts'

/** SQLite files in temporary folders. */
export const sqliteKind: StoreKind = {
  async createPlace() {
    const folder = await mkdtemp(join(tmpdir(), 'agentwrit-store-'))
    const path = join(folder, 'data.db')
    const withDatabase = async <Answer>(use: (database: SqliteDatabase) => Promise<Answer>) => {
      const database = new SqliteDatabase(new DatabaseSync(path, { timeout: 5000 }))
      try {
        return await use(database)
      } finally {
        database.close()
      }
    }
    return {
      openStore: (opening) =>
        openStore({ ...opening, path, macKey, firstSigningKey: sampleKey, fatal: fail }),
      openEngine: (founding) => SqliteEngine.open({ ...founding, path, macKey }, fail),
      sql: {
        all: (text, values) => withDatabase(({ sql }) => sql.all(text, values)),
        run: (text, values) => withDatabase(({ sql }) => sql.run(text, values)),
      },
      remove: () => rm(folder, { recursive: true }),
    }
  },
}

function fail(error: Error): never {
  throw error
}
