import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prune, pruneBound } from '../../src/store/changes/prune.ts'
import { noon, sampleEvent, sampleSession } from './sample-records.ts'
import { sqliteKind } from './sqlite-place.ts'
import { sampleFounding, silent } from './store-place.ts'

const day = 86_400_000

test('a session with very many tokens is pruned in portions, so that other changes get their turn', async () => {
  const place = await sqliteKind.createPlace()
  const founding = sampleFounding('fingerprint')
  const store = await place.openStore({
    fingerprint: 'fingerprint',
    clock: () => noon,
    observe: silent,
  })
  const session = sampleSession()
  assert.ok(
    (await store.sessions.begin(session, founding.firstSigningKey.kid, [sampleEvent()])).kept,
  )
  await store.close()
  await place.sql.run(
    `insert into tokens (jti, sid, exp, kid)
     with recursive counter (n) as (select 1 union all select n + 1 from counter where n < 3000)
     select 'old-' || n, ?, 1, 'kid' from counter`,
    [session.sid],
  )
  const engine = await place.openEngine(founding)
  const removed: number[] = []
  for (let left = pruneBound; left > 0; removed.push(left)) {
    const { decisions } = await engine.run([prune], noon + 400 * day)
    const [decision] = decisions
    assert.ok(decision?.kept)
    left = decision.removed
  }
  await engine.close()
  assert.ok(Math.max(...removed) <= 5 * pruneBound, removed.join(' '))
  for (const table of ['tokens', 'sessions']) {
    const [left] = await place.sql.all(`select count(*) as count from ${table}`, [])
    assert.equal(left?.['count'], 0, table)
  }
  await place.remove()
})
