import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { median, quantile, ratios, spreadOf } from '../src/statistics.ts'

const number = fc.double({ min: 0.001, max: 1e6, noNaN: true })
const someNumbers = fc.array(number, { minLength: 1, maxLength: 50 })

test('the median of an odd series is its middle, of an even one the mean of its two middles', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([4, 1, 3, 2]), 2.5)
})

test('a quantile lies between its neighbours in proportion', () => {
  assert.equal(quantile([0, 10], 0.25), 2.5)
  assert.equal(quantile([1, 2, 3, 4, 5], 0.99), 4.96)
  assert.equal(quantile([7], 0.99), 7)
})

test('no series has no quantile', () => {
  assert.throws(() => quantile([], 0.5), RangeError)
})

test('one disturbed round in nine changes the median by no more than a neighbour', () => {
  const calm = [1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07]
  assert.ok(median([...calm, 1000]) <= 1.05)
})

test('a spread is in order and within the series, whatever order the rounds came in', () => {
  fc.assert(
    fc.property(someNumbers, (numbers) => {
      const { low, median: middle, high } = spreadOf(numbers)
      assert.ok(Math.min(...numbers) <= low && low <= middle)
      assert.ok(middle <= high && high <= Math.max(...numbers))
      assert.deepEqual(spreadOf(numbers.toReversed()), spreadOf(numbers))
    }),
  )
})

test('a machine that slows down both sides of a round alike changes no ratio', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(number, number, number)), (rounds) => {
      const calm = ratios(
        rounds.map(([one]) => one),
        rounds.map(([, other]) => other),
      )
      const disturbed = ratios(
        rounds.map(([one, , slowness]) => one * slowness),
        rounds.map(([, other, slowness]) => other * slowness),
      )
      disturbed.forEach((ratio, round) => {
        assert.ok(Math.abs(ratio / (calm[round] ?? 0) - 1) < 1e-9)
      })
    }),
  )
})

test('a round that has only one side is no round', () => {
  assert.throws(() => ratios([1, 2], [1]), RangeError)
})
