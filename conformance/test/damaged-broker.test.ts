import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { readOptions } from '../options.ts'
import { conform } from '../suite/conform.ts'
import { damagingProxy } from './damaging-proxy.ts'
import { damagedBrokers } from './damages.ts'
import { adminSecret, startBroker } from './started-broker.ts'

const broker = await startBroker()
after(() => broker[Symbol.asyncDispose]())

for (const { name, makeDamage, asked, found } of damagedBrokers) {
  test(`it is noticed, and only where it belongs, when ${name}`, async () => {
    await using proxy = await damagingProxy(broker.url, makeDamage())
    const options = readOptions(['--url', proxy.url, `--only=${asked.join()}`], adminSecret)
    const { results } = await conform(options, () => undefined)
    const failed = results.filter(({ status }) => status === 'failed')
    assert.deepEqual(
      failed.map(({ line }) => line),
      found,
    )
  })
}
