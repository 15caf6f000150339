import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { openStore } from '../../src/store/open-store.ts'
import { StoreOpenError } from '../../src/store/store-open-error.ts'
import { noon, sampleEvent, sampleKey } from './sample-records.ts'
import { macKey, silent } from './store-place.ts'

/** A database that has been answered from, and the file that says so. */
async function usedStore(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'agentwrit-high-water-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'data.db')
  const warnings: string[] = []
  const open = () =>
    openStore({
      path,
      macKey,
      fingerprint: 'fingerprint',
      firstSigningKey: sampleKey,
      clock: () => noon,
      observe: silent,
      warn: (message) => warnings.push(message),
      fatal: (error) => {
        throw error
      },
    })
  const store = await open()
  await store.audit.append([sampleEvent(), sampleEvent()])
  await store.epochs.inspect()
  await store.epochs.remember()
  await store.close()
  return { path: `${path}.high-water`, open, warnings }
}

const forgeries: Readonly<Record<string, (good: Record<string, unknown>) => string>> = {
  empty: () => '',
  'without members': () => '{}',
  'no object': () => '[]',
  'cut off': (good) => JSON.stringify(good).slice(0, 40),
  'written twice': (good) => JSON.stringify(good).repeat(2),
  huge: (good) => JSON.stringify(good).padEnd(2000),
  'of a negative event': (good) => JSON.stringify({ ...good, seq: -1 }),
  'of an event that is text': (good) => JSON.stringify({ ...good, seq: '2' }),
  'of half an event': (good) => JSON.stringify({ ...good, seq: 1.5 }),
  'of a hash that is none': (good) => JSON.stringify({ ...good, hash: 'x'.repeat(64) }),
  'of a later event': (good) => JSON.stringify({ ...good, seq: 3 }),
  'of another event': (good) => JSON.stringify({ ...good, hash: 'f'.repeat(64) }),
  'of an earlier event that was another': (good) =>
    JSON.stringify({ ...good, seq: 1, hash: 'f'.repeat(64) }),
  'of another epoch': (good) => JSON.stringify({ ...good, epoch: 'f'.repeat(16) }),
  'of a regression nobody knows': (good) => JSON.stringify({ ...good, regression: 'none' }),
  'of a regression': (good) => JSON.stringify({ ...good, regression: 'file_replaced' }),
}

for (const [what, forge] of Object.entries(forgeries)) {
  test(`a high-water file stops the start when it is ${what}, and stays as it is`, async (t) => {
    const { path, open } = await usedStore(t)
    const forgery = forge(JSON.parse(readFileSync(path, 'utf8')))
    writeFileSync(path, forgery)
    await assert.rejects(open(), (error) => {
      assert.ok(error instanceof StoreOpenError)
      assert.ok(error.message.includes(path), error.message)
      return true
    })
    assert.equal(readFileSync(path, 'utf8'), forgery)
  })
}

test('a high-water file that cannot be read stops the start', async (t) => {
  const { path, open } = await usedStore(t)
  rmSync(path)
  mkdirSync(path)
  await assert.rejects(open(), StoreOpenError)
})

test('without a high-water file a used database is opened, and that is said', async (t) => {
  const { path, open, warnings } = await usedStore(t)
  const good = readFileSync(path, 'utf8')
  assert.deepEqual(warnings, [])
  rmSync(path)
  const store = await open()
  assert.equal(warnings.length, 1)
  assert.equal(readFileSync(path, 'utf8'), good)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  await store.close()
})

test('events after the one in the file are no contradiction: it lags a second behind', async (t) => {
  const { path, open } = await usedStore(t)
  const lagging = readFileSync(path, 'utf8')
  const store = await open()
  await store.audit.append([sampleEvent(), sampleEvent()])
  await store.close()
  assert.equal(readFileSync(path, 'utf8'), lagging)
  await (await open()).close()
  assert.equal(JSON.parse(readFileSync(path, 'utf8')).seq, 4)
})
