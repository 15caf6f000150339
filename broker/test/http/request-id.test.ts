import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { requestIdFrom } from '../../src/http/server/request-id.ts'

const requestId = requestIdFrom(randomBytes)

test('a legal id of the client is kept', () => {
  for (const id of ['a', 'A-Za-z0-9._-', 'x'.repeat(128)]) assert.equal(requestId(id), id)
})

test('any other is replaced by 16 hex characters', () => {
  for (const id of [undefined, '', 'a b', 'x'.repeat(129), 'a\n', 'ä', 'a,b', '"', ['a', 'b']]) {
    assert.match(requestId(id), /^[0-9a-f]{16}$/)
  }
})

test('no id is given twice, also when the random bytes come in small portions', () => {
  for (const random of [randomBytes, (count: number) => randomBytes(Math.min(count, 32))]) {
    const next = requestIdFrom(random)
    const ids = Array.from({ length: 1000 }, () => next(undefined))
    assert.equal(new Set(ids).size, ids.length)
  }
})
