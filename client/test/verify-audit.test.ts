import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Operator, type VerifyAuditResponse } from '@agentwrit/client'
import { serve, type LocalServer } from './local-server.ts'

/** A log of so many events, of which one answer covers a hundred; `broken` is the first bad one. */
async function serveLog({ length = 250, growth = 0, broken = Infinity } = {}) {
  const asked: string[] = []
  let last = length
  const server: LocalServer = await serve(({ path }) => {
    if (!path.startsWith('/v1/audit/verify')) {
      return { body: { access_token: 'admin', expires_in: 300, token_type: 'Bearer' } }
    }
    const { searchParams: query, search } = new URL(path, 'http://broker.test')
    asked.push(search)
    const from = Number(query.get('from_seq') ?? 1)
    const to = Math.min(Number(query.get('to_seq') ?? last), last, from + 99)
    const isBroken = broken >= from && broken <= to
    const head = { seq: last, hash: 'a'.repeat(64) }
    last += growth
    return {
      body: {
        ok: !isBroken,
        from_seq: from,
        to_seq: to,
        events_checked: (isBroken ? broken : to + 1) - from,
        checkpoints_checked: 1,
        head,
        ...(isBroken ? { error: { seq: broken, reason: 'hash' } } : {}),
      },
    }
  })
  const operator = await Operator.signIn({ broker: server.url, secret: 'secret' })
  return { operator, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test('a long log is verified piece by piece, and what was found is added up', async () => {
  await using log = await serveLog()
  const progress: VerifyAuditResponse[] = []
  const found = await log.operator.verifyAudit({ onProgress: (soFar) => progress.push(soFar) })
  const { ok, from_seq: from, to_seq: to, events_checked: events } = found
  assert.deepEqual([ok, from, to, events, found.checkpoints_checked], [true, 1, 250, 250, 3])
  assert.deepEqual(
    progress.map(({ to_seq: seq }) => seq),
    [100, 200, 250],
  )
  assert.equal(log.asked[1], '?from_seq=101&to_seq=250')
})

test('a log that grows faster than it is verified comes to an end all the same', async () => {
  await using log = await serveLog({ growth: 1000 })
  const found = await log.operator.verifyAudit()
  assert.deepEqual([found.to_seq, found.events_checked, found.head.seq], [250, 250, 2250])
})

test('the first broken event ends it', async () => {
  await using log = await serveLog({ broken: 130 })
  const found = await log.operator.verifyAudit()
  assert.deepEqual([found.ok, found.error], [false, { seq: 130, reason: 'hash' }])
  assert.deepEqual([found.from_seq, found.events_checked], [1, 129])
  assert.equal(log.asked.length, 2)
})

test('a part is verified, to where it is asked for or to the end of the log', async () => {
  await using log = await serveLog()
  const part = await log.operator.verifyAudit({ fromSeq: 90, toSeq: 210 })
  assert.deepEqual([part.from_seq, part.to_seq, part.events_checked], [90, 210, 121])
  const rest = await log.operator.verifyAudit({ fromSeq: 200, toSeq: 9999 })
  assert.deepEqual([rest.to_seq, rest.events_checked], [250, 51])
})

test('nothing new is no reason to ask again', async () => {
  await using log = await serveLog()
  const found = await log.operator.verifyAudit({ fromSeq: 251 })
  assert.deepEqual([found.ok, found.events_checked], [true, 0])
  assert.equal(log.asked.length, 1)
})
