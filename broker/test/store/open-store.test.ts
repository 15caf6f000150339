import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  linkSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isStoreEmpty, openStore, type StoreOptions } from '../../src/store/open-store.ts'
import { StoreOpenError } from '../../src/store/store-open-error.ts'
import { sampleEvent, sampleKey, sampleSession } from './sample-records.ts'
import { macKey, silent } from './store-place.ts'

test('a second start on the same file fails at once and names the lock file', async () => {
  using folder = temporaryFolder()
  const store = await openStore(options(folder.path))
  const second = openStore(options(folder.path))
  await assert.rejects(second, isOpenErrorNaming(`${folder.path}.lock`))
  await store.audit.append([sampleEvent()])
  await store.close()
  const third = await openStore(options(folder.path))
  assert.equal(await third.audit.count(), 1)
  await third.close()
})

test('a broker whose lock file was removed ends rather than share its database', async () => {
  using folder = temporaryFolder()
  const heard: Error[] = []
  const fatal = (error: Error) => void heard.push(error)
  const store = await openStore({ ...options(folder.path), fatal })
  await store.probe()
  assert.deepEqual(heard, [])
  rmSync(`${folder.path}.lock`)
  await store.probe()
  await store.prune()
  assert.equal(heard.length, 2)
  await store.close()
})

test('one file has one lock, whatever links lead to it', async () => {
  using folder = temporaryFolder()
  const store = await openStore(options(folder.path))
  const link = join(folder.folder, 'link.db')
  symlinkSync(folder.path, link)
  await assert.rejects(openStore(options(link)), isOpenErrorNaming(`${folder.path}.lock`))
  await store.close()

  const dangling = join(folder.folder, 'dangling.db')
  symlinkSync(join(folder.folder, 'nowhere.db'), dangling)
  await assert.rejects(openStore(options(dangling)), isOpenErrorNaming('AA_DB_PATH'))
  linkSync(folder.path, join(folder.folder, 'twin.db'))
  await assert.rejects(openStore(options(folder.path)), isOpenErrorNaming('hard link'))
  const homeless = join(folder.folder, 'missing', 'data.db')
  await assert.rejects(openStore(options(homeless)), isOpenErrorNaming('AA_DB_PATH'))
})

test('the lock holds against another process, and goes with it however it dies', async () => {
  using folder = temporaryFolder()
  const holder = spawn(process.execPath, [
    ...process.execArgv.filter((argument) => argument.startsWith('--conditions')),
    '--input-type=module',
    '--eval',
    `const { StoreLock } = await import(${JSON.stringify(new URL('../../src/store/sqlite/store-lock.ts', import.meta.url).href)})
     globalThis.lock = StoreLock.acquire(${JSON.stringify(folder.path)})
     process.stdout.write('held')
     setInterval(() => undefined, 1000)`,
  ])
  const ended = once(holder, 'exit')
  try {
    await once(holder.stdout, 'data')
    await assert.rejects(openStore(options(folder.path)), isOpenErrorNaming(`${folder.path}.lock`))
  } finally {
    holder.kill('SIGKILL')
    await ended
  }
  const store = await openStore(options(folder.path))
  await store.close()
})

test('nobody else can read the files', async () => {
  using folder = temporaryFolder()
  const store = await openStore(options(folder.path))
  await store.audit.append([sampleEvent()])
  const files = readdirSync(folder.folder).toSorted()
  const lasting = ['data.db', 'data.db.high-water', 'data.db.lock']
  assert.deepEqual(files, [...lasting, 'data.db-shm', 'data.db-wal'].toSorted())
  for (const file of files) assert.equal(statSync(join(folder.folder, file)).mode & 0o777, 0o600)
  await store.close()
  assert.deepEqual(readdirSync(folder.folder).toSorted(), lasting)
})

test('a store is empty until it has been opened once', async () => {
  using folder = temporaryFolder()
  assert.equal(isStoreEmpty(folder.path), true)
  writeFileSync(folder.path, '')
  assert.equal(isStoreEmpty(folder.path), true)
  const store = await openStore(options(folder.path))
  assert.equal(isStoreEmpty(folder.path), false)
  await store.close()
  assert.equal(isStoreEmpty(folder.path), false)
})

test('a file that is no database, or lies in no folder, is refused', async () => {
  using folder = temporaryFolder()
  const missing = join(folder.folder, 'missing', 'data.db')
  await assert.rejects(openStore(options(missing)), isOpenErrorNaming(missing))
  writeFileSync(
    folder.path,
    'not a database, but long enough to be read as the head of one'.repeat(9),
  )
  await assert.rejects(openStore(options(folder.path)), isOpenErrorNaming(folder.path))
  assert.throws(() => isStoreEmpty(folder.path), StoreOpenError)
})

test('the observer hears of committed events and of failures', async () => {
  using folder = temporaryFolder()
  const heard: string[] = []
  const store = await openStore({
    ...options(folder.path),
    observe: {
      ...silent,
      eventsCommitted: (events, seconds) => {
        assert.ok(seconds > 0)
        heard.push(...events.map(({ detail }) => detail))
      },
      tokensKilled: () => undefined,
      operationFailed: (operation) => heard.push(operation),
    },
  })
  await store.audit.append([sampleEvent('one'), sampleEvent('two')])
  await store.sessions.begin(sampleSession(), 'another-kid', [sampleEvent('refused')])
  await store.prune()
  await store.close()
  await assert.rejects(store.sessions.find('s'), { code: 'service_unavailable' })
  await assert.rejects(store.revocations.inForce(0), { code: 'service_unavailable' })
  assert.deepEqual(heard, ['one', 'two', 'read', 'scan'])
})

function options(path: string): StoreOptions {
  return {
    path,
    macKey,
    fingerprint: 'fingerprint',
    firstSigningKey: sampleKey,
    clock: () => 1_800_000_000_000,
    observe: silent,
    fatal: (error) => {
      throw error
    },
  }
}

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'agentwrit-open-'))
  return {
    folder,
    path: join(folder, 'data.db'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

function isOpenErrorNaming(name: string) {
  return (error: unknown) => error instanceof StoreOpenError && error.message.includes(name)
}
