import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { acceptRestored } from '../../../src/domain/epoch/accept-restored.ts'
import { regressionSince, type Epoch, type HighWater } from '../../../src/domain/epoch/epoch.ts'
import { HeadWatch } from '../../../src/domain/epoch/head-watch.ts'
import { newHead } from '../../../src/store/tables/head.ts'
import { RevocationIndex } from '../../../src/domain/revocation/revocation-index.ts'

const mark: HighWater = { epoch: 'a'.repeat(16), notBefore: 100, seq: 7, hash: '7'.repeat(64) }

test('a store regresses with a lower head, another event at the mark or another epoch that is no later', () => {
  const same = { ...mark, seq: 9, hash: '9'.repeat(64) }
  assert.equal(regressionSince(mark, same, mark.hash), undefined)
  assert.equal(regressionSince(mark, { ...mark, seq: 6 }, mark.hash), 'lower_head')
  assert.equal(regressionSince(mark, same, 'f'.repeat(64)), 'other_history')
  assert.equal(regressionSince(mark, same, undefined), 'other_history')
  const other = { ...same, epoch: 'b'.repeat(16) }
  assert.equal(regressionSince(mark, other, mark.hash), 'other_epoch')
  assert.equal(regressionSince(mark, { ...other, notBefore: 99 }, mark.hash), 'other_epoch')
  const accepted = { ...other, notBefore: 101, seq: 2 }
  assert.equal(regressionSince(mark, accepted, undefined), undefined)
})

test('an epoch begins on a whole second at least 3 s ahead, and later than any before', async () => {
  const instant = fc.integer({ min: 0, max: 2 ** 41 })
  const seconds = fc.integer({ min: 0, max: 2 ** 32 })
  await fc.assert(
    fc.asyncProperty(instant, instant, seconds, async (now, lastTime, notBefore) => {
      const begun: Epoch[] = []
      const head = { ...newHead(mark.epoch), notBefore }
      const { epoch, notBefore: next } = await acceptRestored({
        store: {
          lastTime: () => lastTime,
          head: async () => head,
          epochs: {
            begin: async (wanted) => {
              begun.push(wanted)
              return { kept: true, at: now, highestExp: 0, seq: 8 }
            },
            inspect: async () => mark,
            remember: async () => undefined,
          },
        },
        clock: () => now,
        random: (bytes) => new Uint8Array(bytes).fill(1),
      })
      assert.deepEqual(begun, [{ epoch, notBefore: next }])
      assert.match(epoch, /^[0-9a-f]{16}$/)
      assert.ok(Number.isInteger(next) && next > notBefore)
      const after = next * 1000 - Math.max(now, lastTime)
      assert.ok(after >= 3000)
      assert.ok(after < 4000 || next === notBefore + 1)
    }),
  )
})

test('an epoch that another broker has begun counts here too, and is never taken back', async () => {
  const revocations = new RevocationIndex(100, [])
  let present = 200
  const store = { inspect: async () => ({ ...mark, notBefore: present }), remember: async () => {} }
  const head = new HeadWatch({ store, revocations, log: silentLog() })
  await head.look()
  assert.equal(revocations.notBefore, 200)
  present = 150
  await head.look()
  assert.equal(revocations.notBefore, 200)
})

test('a regression is logged once and for good; a store that does not answer is none', async () => {
  const log = silentLog()
  const revocations = new RevocationIndex(0, [])
  let inspect = isBusy
  const store = { inspect: () => inspect(), remember: async () => {} }
  const head = new HeadWatch({ store, revocations, log })
  await head.look()
  assert.equal(head.isRegressed, false)
  inspect = async () => ({ regression: 'lower_head' })
  await head.look()
  inspect = async () => mark
  await head.look()
  assert.equal(head.isRegressed, true)
  assert.deepEqual(log.errors, [{ regression: 'lower_head' }])
})

test('that the high-water file cannot be written is logged once for each time it begins', async () => {
  const log = silentLog()
  let isFull = true
  const remember = async () => {
    if (isFull) throw new Error('no space')
  }
  const store = { inspect: async () => mark, remember }
  const head = new HeadWatch({ store, revocations: new RevocationIndex(0, []), log })
  await head.look()
  await head.look()
  assert.equal(log.errors.length, 1)
  isFull = false
  await head.look()
  isFull = true
  await head.look()
  assert.equal(log.errors.length, 2)
})

async function isBusy(): Promise<Epoch | { regression: 'lower_head' }> {
  throw new Error('busy')
}

const ignore = () => undefined

function silentLog() {
  const errors: object[] = []
  return { errors, info: ignore, warn: ignore, error: (fields: object) => void errors.push(fields) }
}
