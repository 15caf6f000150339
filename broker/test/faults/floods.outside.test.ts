import assert from 'node:assert/strict'
import { test } from 'node:test'
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
