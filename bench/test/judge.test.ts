import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTarget, judge } from '../src/judge.ts'
import type { Finding } from '../src/row.ts'

test('a limit that is reached exactly is met, one that must stay below is not', () => {
  assert.equal(judge(finding(1.3), { figure: 'it', atMost: 1.3 }), 'met')
  assert.equal(judge(finding(2.5), { figure: 'it', atLeast: 2.5 }), 'met')
  assert.equal(judge(finding(2), { figure: 'it', below: 2 }), 'missed')
})

test('what lies beyond its limit is missed, whichever side that is', () => {
  assert.equal(judge(finding(1.31), { figure: 'it', atMost: 1.3 }), 'missed')
  assert.equal(judge(finding(2.4), { figure: 'it', atLeast: 2.5 }), 'missed')
})

test('a goal is told from the target before it', () => {
  const target = { figure: 'it', atMost: 1.9, goal: 1.5 }
  assert.equal(judge(finding(1.5), target), 'goal met')
  assert.equal(judge(finding(1.6), target), 'met')
  assert.equal(judge(finding(2), target), 'missed')
  assert.equal(formatTarget(target), '≤ 1.9, goal 1.5')
})

test('what could not be measured is missed', () => {
  assert.equal(judge(finding(Number.NaN), { figure: 'it', atMost: 1.3 }), 'missed')
  assert.equal(judge(finding(Number.NaN), { figure: 'it', atLeast: 1.3 }), 'missed')
})

test('a figure without a target is only told', () => {
  assert.equal(judge(finding(7), undefined), 'told')
  assert.equal(formatTarget(undefined), '')
})

function finding(median: number): Finding {
  return {
    figure: 'it',
    unit: 'ratio',
    value: { median, low: median, high: median },
    sides: { unit: 'µs', measured: median, yardstick: 1 },
  }
}
