import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { startBroker } from '../src/broker-process.ts'
import { fiveLines } from '../src/five-lines.ts'

test('the five lines of the READMEs get a valid token', async () => {
  await using broker = await startBroker(0)
  assert.equal(await fiveLines(broker.url, broker.secret), true)
})

for (const page of ['README.md', 'client/README.md']) {
  test(`${page} shows the lines that are tested, and no others`, async () => {
    const source = await readFile(join(import.meta.dirname, '../src/five-lines.ts'), 'utf8')
    const sample = /\/\/ #region sample\n([\s\S]*?) *\/\/ #endregion/.exec(source)?.[1]
    assert.ok(sample)
    const shown = await readFile(join(import.meta.dirname, '../../..', page), 'utf8')
    assert.ok(shown.includes(sample.replaceAll(/^ {2}/gm, '')))
  })
}
