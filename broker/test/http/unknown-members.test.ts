import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Type } from 'typebox'
import { ignoredWarning, knownMembers } from '../../src/http/body/unknown-members.ts'

const known = knownMembers(Type.Object({ token: Type.String(), scope: Type.String() }))
const warn = (body: unknown, query: unknown = {}) =>
  ignoredWarning({ given: body, known }, { given: query, known: knownMembers(undefined) })

test('known members are not warned of, unknown ones are named in their order', () => {
  assert.equal(warn({ token: 1, scope: 2 }), undefined)
  assert.equal(warn(undefined, undefined), undefined)
  assert.equal(warn({ b: 1, token: 1, a: 2 }), '299 agentwrit "ignored unknown fields: b, a"')
  assert.equal(
    warn({ Token: 1 }, { token: 1 }),
    '299 agentwrit "ignored unknown fields: Token, token"',
  )
})

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, 1]))

test('at most ten names are given, and more of them are told of', () => {
  assert.match(warn(many(10)) ?? '', /m8, m9"$/)
  assert.match(warn(many(11)) ?? '', /m9, \.\.\."$/)
  assert.match(warn(many(5), many(20)) ?? '', /m4, \.\.\."$/)
})

test('whatever a name holds, the header stays one quoted line of at most 64 characters per name', () => {
  const name = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 15 }), (names) => {
      const warning = warn(Object.fromEntries(names.map((member) => [member, 1]))) ?? ''
      if (names.every((member) => known.has(member))) return
      const [, quoted = ''] =
        /^299 agentwrit "ignored unknown fields: ([A-Za-z0-9_.?, -]*)"$/.exec(warning) ?? []
      assert.notEqual(warning, '')
      for (const shown of quoted.split(', ')) assert.ok(shown.length <= 64)
    }),
  )
})
