import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bearerFlood } from './bearer-flood.ts'
import { floodProof } from './flood-proof.ts'

test('floods of challenges and of wrong secrets leave memory and database as they were', async (t) => {
  const size = { challenges: 20_000, signIns: 2000, strangers: 0 }
  const report = await floodProof(size, size)
  t.diagnostic(JSON.stringify(report))
  assert.ok(report.growth.memory <= 0.05, 'memory has grown')
  assert.ok(report.growth.database <= 0.05, 'the database has grown')
  assert.ok(report.growth.files <= 0.05, 'the files have grown')
})

test('wrong secrets from thousands of addresses leave memory as it was, and a bounded trail', async (t) => {
  const size = { challenges: 0, signIns: 0, strangers: 4000 }
  const report = await floodProof(size, size)
  t.diagnostic(JSON.stringify(report))
  assert.ok(report.growth.memory <= 0.05, 'memory has grown')
  // The contract's budget for each minute begun, and the events of the overflow groups.
  const minutes = Math.ceil(report.seconds / 60) + 1
  assert.ok(report.newEvents <= minutes * 610, `${report.newEvents} events`)
})

test('bad bearers from a thousand addresses leave a bounded trail that tells of every one', async (t) => {
  const report = await bearerFlood(10_000, 1000)
  t.diagnostic(JSON.stringify(report))
  const { '401': refused = 0, '503': busy = 0 } = report.statuses
  assert.equal(refused + busy, 10_000, JSON.stringify(report.statuses))
  assert.ok(refused >= 5000, 'garbage is refused at once')
  assert.equal(report.refusalsTold, refused)
  const minutes = Math.ceil(report.seconds / 60) + 1
  assert.ok(report.events <= minutes * 610, `${report.events} events`)
  assert.ok(report.addressesNamed >= 600, 'the first ones are named')
  assert.equal(report.verified, true)
})
