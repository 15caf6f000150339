import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewAuditEvent } from '../../src/domain/audit/audit-event.ts'
import type { Change } from '../../src/store/change.ts'
import { Committer } from '../../src/store/committer.ts'
import {
  EngineFailure,
  type BatchReport,
  type Decision,
  type Engine,
} from '../../src/store/engine.ts'
import { newHead } from '../../src/store/tables/head.ts'
import { noon, sampleEvent } from './sample-records.ts'
import { silent } from './store-place.ts'

const start = newHead('0123456789abcdef')

test('alone a change starts at once, and those that arrive meanwhile go together, 64 at a time', async () => {
  const engine = new HeldEngine()
  const committer = new Committer(engine, () => noon, silent, start)
  const all = Promise.all(Array.from({ length: 150 }, () => committer.commit(change())))
  assert.deepEqual(engine.sizes, [1])
  await engine.finishAll()
  assert.deepEqual(engine.sizes, [1, 64, 64, 21])
  assert.ok((await all).every(({ kept }) => kept))
})

test('an urgent change overtakes those that wait', async () => {
  const engine = new HeldEngine()
  const committer = new Committer(engine, () => noon, silent, start)
  const all = [change(), change(), { ...change(), urgent: true }].map((each) =>
    committer.commit(each),
  )
  await engine.finishAll()
  await Promise.all(all)
  assert.deepEqual(
    engine.batches.map((batch) => batch.map(({ urgent }) => urgent === true)),
    [[false], [true, false]],
  )
})

test('whoever revokes in a loop leaves room for the others', async () => {
  const engine = new HeldEngine()
  const committer = new Committer(engine, () => noon, silent, start)
  const first = committer.commit(change())
  const urgent = Array.from({ length: 200 }, () => committer.commit({ ...change(), urgent: true }))
  const ordinary = Array.from({ length: 20 }, () => committer.commit(change()))
  await engine.finishAll()
  await Promise.all([first, ...urgent, ...ordinary])
  const others = engine.batches.map((batch) => batch.filter((each) => each.urgent !== true).length)
  assert.deepEqual(others.slice(0, 4), [1, 16, 4, 0])
})

test('nobody is answered before the commit, and the refused neither', async () => {
  const engine = new HeldEngine()
  const committer = new Committer(engine, () => noon, silent, start)
  const answers: string[] = []
  const refused = committer.commit(refusedChange).then(({ kept }) => answers.push(`kept ${kept}`))
  await new Promise(setImmediate)
  assert.deepEqual(answers, [])
  await engine.finishAll()
  await refused
  assert.deepEqual(answers, ['kept false'])
})

test('a full queue refuses at once with 503, and still takes revocations', async () => {
  const engine = new HeldEngine()
  const committer = new Committer(engine, () => noon, silent, start)
  const accepted = Array.from({ length: 4097 }, () => committer.commit(change()))
  await assert.rejects(committer.commit(change()), {
    code: 'service_unavailable',
    retryAfter: 1,
    hint: undefined,
  })
  const urgent = committer.commit({ ...change(), urgent: true })
  await engine.finishAll()
  await Promise.all([...accepted, urgent])
  assert.equal(engine.batches[1]?.[0]?.urgent, true)
})

test('a failed batch is 503 for all of it, and the next one goes on', async () => {
  const engine = new HeldEngine()
  const failures: string[] = []
  const observer = { ...silent, operationFailed: (name: string) => failures.push(name) }
  const committer = new Committer(engine, () => noon, observer, start)
  const lost = committer.commit(change())
  const next = committer.commit(change())
  engine.fail(new EngineFailure('disk full'))
  await assert.rejects(lost, { code: 'service_unavailable', retryAfter: 1, hint: undefined })
  await engine.finishAll()
  assert.equal((await next).kept, true)
  assert.deepEqual(failures, ['commit'])
})

test('a commit whose fate is unknown says so', async () => {
  const engine = new HeldEngine()
  const committer = new Committer(engine, () => noon, silent, start)
  const lost = committer.commit(change())
  engine.fail(new EngineFailure('lost', { isOutcomeUnknown: true }))
  await assert.rejects(lost, { code: 'service_unavailable', hint: 'outcome unknown' })
})

test('the observer hears of the events of kept changes only, before the answers', async () => {
  const engine = new HeldEngine()
  const heard: string[] = []
  const eventsCommitted = (events: readonly NewAuditEvent[]) =>
    heard.push(...events.map(({ detail }) => detail))
  const committer = new Committer(engine, () => noon, { ...silent, eventsCommitted }, start)
  const all = [
    committer.commit({ ...change(), events: [sampleEvent('kept')] }),
    committer.commit({ ...refusedChange, events: [sampleEvent('refused')] }),
  ].map((answer) => answer.then(() => heard.push('answer')))
  await engine.finishAll()
  await Promise.all(all)
  assert.deepEqual(heard, ['kept', 'answer', 'answer'])
})

test('an observer that fails does not change the answer', async () => {
  const engine = new HeldEngine()
  const committer = new Committer(engine, () => noon, { ...silent, eventsCommitted: fail }, start)
  const answer = committer.commit({ ...change(), events: [sampleEvent()] })
  await engine.finishAll()
  assert.equal((await answer).kept, true)
})

test('finishing waits for what was accepted and accepts nothing more', async () => {
  const engine = new HeldEngine()
  const committer = new Committer(engine, () => noon, silent, start)
  const accepted = [committer.commit(change()), committer.commit(change())]
  const finished = committer.finish()
  await assert.rejects(committer.commit(change()), { code: 'service_unavailable' })
  await engine.finishAll()
  await finished
  assert.ok((await Promise.all(accepted)).every(({ kept }) => kept))
})

function fail(): never {
  throw new Error('no metrics today')
}

function change(): Change {
  return { guards: [], writes: [], events: [] }
}

const refusedChange: Change<'too_late'> = {
  guards: [{ name: 'too_late', before: 0 }],
  writes: [],
  events: [],
}

/** An engine whose commits take until the test ends them; a change with a guard is refused. */
class HeldEngine implements Engine {
  readonly batches: (readonly Change[])[] = []
  #settle: PromiseWithResolvers<BatchReport> | undefined

  get sizes(): number[] {
    return this.batches.map(({ length }) => length)
  }

  run(batch: readonly Change[]): Promise<BatchReport> {
    this.batches.push(batch)
    this.#settle = Promise.withResolvers<BatchReport>()
    return this.#settle.promise
  }

  fail(error: Error): void {
    this.#settle?.reject(error)
    this.#settle = undefined
  }

  async finishAll(): Promise<void> {
    while (this.#settle !== undefined) {
      const decisions = (this.batches.at(-1) ?? []).map(({ guards }): Decision =>
        guards.length === 0
          ? { kept: true, removed: 0, made: [], seq: 1 }
          : { kept: false, guard: 0 },
      )
      const settle = this.#settle
      this.#settle = undefined
      settle.resolve({ at: noon, highestExp: 0, head: start, decisions })
      await new Promise(setImmediate)
    }
  }

  async close(): Promise<void> {}
}
