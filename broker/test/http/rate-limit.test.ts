import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { MAX_KEYS, MAX_NEIGHBOURS, RateLimiter } from '../../src/http/limits/rate-limit.ts'

function limiterAt(limit = { perSecond: 5, burst: 10 }) {
  let now = 1_000_000
  const limiter = new RateLimiter(limit, () => now)
  const takeMany = (key: string, times: number) =>
    Array.from({ length: times }, () => limiter.take(key)).filter((wait) => wait === 0).length
  return { limiter, takeMany, advance: (milliseconds: number) => (now += milliseconds) }
}

test('a rested key has its burst at once and then nothing', () => {
  const { takeMany } = limiterAt()
  assert.equal(takeMany('one', 20), 10)
  assert.equal(takeMany('another', 20), 10)
})

test('a bucket refills continuously', () => {
  const { limiter, takeMany, advance } = limiterAt()
  takeMany('key', 10)
  assert.equal(limiter.take('key'), 200)
  advance(150)
  assert.equal(limiter.take('key'), 50)
  advance(50)
  assert.equal(takeMany('key', 5), 1)
  advance(1000)
  assert.equal(takeMany('key', 20), 5)
  advance(1_000_000)
  assert.equal(takeMany('key', 20), 10)
})

test('the wait told is the time until a token is there', () => {
  const { limiter, takeMany, advance } = limiterAt({ perSecond: 10 / 60, burst: 3 })
  takeMany('key', 3)
  const wait = limiter.take('key')
  assert.ok(wait > 5999 && wait <= 6000)
  advance(Math.ceil(wait))
  assert.equal(limiter.take('key'), 0)
})

test('no rate is ever exceeded, whatever the order and the gaps of attempts', () => {
  const attempts = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(400)), { maxLength: 200 })
  fc.assert(
    fc.property(attempts, (steps) => {
      const { limiter, advance } = limiterAt()
      let elapsed = 0
      const passed = { a: 0, b: 0 }
      for (const [key, gap] of steps) {
        advance(gap)
        elapsed += gap
        if (limiter.take(key) === 0) passed[key] += 1
        assert.ok(passed[key] <= 10 + (elapsed * 5) / 1000)
      }
    }),
  )
})

test('at most 10 000 keys are kept, and no throttled one is freed by others', () => {
  const { limiter, takeMany } = limiterAt()
  assert.equal(takeMany('throttled', 11), 10)
  for (let key = 0; key < 50_000; key += 1) limiter.take(`key ${key}`)
  assert.equal(limiter.size, MAX_KEYS)
  assert.notEqual(limiter.take('throttled'), 0)
})

test('without room new keys share one bucket', () => {
  const { limiter, takeMany } = limiterAt()
  for (let key = 0; key < MAX_KEYS; key += 1) limiter.take(`key ${key}`)
  const passed = Array.from({ length: 50 }, (_, key) => takeMany(`late ${key}`, 1))
  assert.equal(passed.filter((count) => count === 1).length, 10)
  assert.equal(limiter.take('key 5'), 0)
})

test('refilled buckets make room, throttled ones stay', () => {
  const { limiter, takeMany, advance } = limiterAt()
  takeMany('throttled', 10)
  for (let key = 1; key < MAX_KEYS; key += 1) limiter.take(`key ${key}`)
  advance(300)
  assert.equal(takeMany('late', 20), 10)
  assert.equal(limiter.size, 2)
  assert.equal(takeMany('throttled', 20), 1)
})

test('a clock set back locks nobody out for longer than an empty bucket would', () => {
  const { limiter, takeMany, advance } = limiterAt()
  takeMany('key', 10)
  advance(-3_600_000)
  assert.ok(limiter.take('key') <= 2000)
})

test('whoever owns a network of addresses cannot use up the room of everybody else', () => {
  const limiter = new RateLimiter({ perSecond: 1 / 6, burst: 3 }, () => 0)
  for (let i = 0; i < 50_000; i += 1) limiter.take(`account ${i}`, '2001:0db8:0001')
  assert.equal(limiter.size, MAX_NEIGHBOURS + 1)
  assert.notEqual(limiter.take('account of the same network', '2001:0db8:0001'), 0)
  assert.equal(limiter.take('account of another network', '2001:0db8:0002'), 0)
})
