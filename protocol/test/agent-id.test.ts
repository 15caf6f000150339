import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import { formatAgentId, isPathName, isTrustDomain, parseAgentId } from '../src/agent-id.ts'

const valid = 'spiffe://agentwrit.local/agent/o/t/0011223344556677'

test('an agent id has a trust domain, an orchestration, a task and an instance', () => {
  assert.deepEqual(parseAgentId(valid), {
    trustDomain: 'agentwrit.local',
    orchId: 'o',
    taskId: 't',
    instance: '0011223344556677',
  })
})

test('what SPIFFE forbids is no agent id', () => {
  const bad = [
    '',
    'spiffe://',
    valid.replace('spiffe', 'SPIFFE'),
    valid.replace('spiffe', 'https'),
    valid.replace('agentwrit.local', ''),
    valid.replace('agentwrit.local', 'AgentWrit.local'),
    valid.replace('agentwrit.local', 'user@agentwrit.local'),
    valid.replace('agentwrit.local', 'agentwrit.local:8080'),
    valid.replace('/o/', '/%6f/'),
    valid.replace('/o/', '/../'),
    valid.replace('/o/', '/./'),
    valid.replace('/o/', '//'),
    valid.replace('/o/', '/o o/'),
    valid.replace('/o/', '/ö/'),
    valid.replace('/agent/', '/Agent/'),
    valid.replace('0011', 'AABB'),
    `${valid}/`,
    `${valid}/x`,
    `${valid}0`,
    `${valid}?x`,
    `${valid}#x`,
    `${valid}\n`,
    ` ${valid}`,
    valid.slice(0, -1),
    'spiffe://'.padEnd(3000, 'a'),
  ]
  for (const text of bad) assert.equal(parseAgentId(text), undefined, text)
})

test('a task or orchestration name has 1 to 128 plain characters and is no dot path', () => {
  for (const name of ['a', 'A-1_b.c', '...', '.a', 'x'.repeat(128)]) assert.ok(isPathName(name))
  for (const name of ['', '.', '..', 'a/b', 'a b', 'a\n', 'ä', '%41', 'x'.repeat(129)]) {
    assert.ok(!isPathName(name), name)
  }
})

test('a trust domain has 1 to 255 lower-case characters', () => {
  for (const name of ['a', 'agentwrit.local', 'a_b-1', 'x'.repeat(255)]) {
    assert.ok(isTrustDomain(name))
  }
  for (const name of ['', 'A', 'a/b', 'a:1', 'a@b', 'a\n', 'x'.repeat(256)]) {
    assert.ok(!isTrustDomain(name), name)
  }
})

test('an agent id is never made of parts that could not be read back', () => {
  const parts = { trustDomain: 'd', orchId: 'o', taskId: 't', instance: '0'.repeat(16) }
  assert.throws(() => formatAgentId({ ...parts, orchId: '..' }), TypeError)
  assert.throws(() => formatAgentId({ ...parts, taskId: 'a/b' }), TypeError)
  assert.throws(() => formatAgentId({ ...parts, trustDomain: '' }), TypeError)
  assert.throws(() => formatAgentId({ ...parts, instance: '0' }), TypeError)
})

test('parsing undoes formatting, and formatting undoes parsing', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9._-]{1,128}$/).filter(isPathName)
  const parts = fc.record({
    trustDomain: fc.stringMatching(/^[a-z0-9._-]{1,255}$/),
    orchId: name,
    taskId: name,
    instance: fc.stringMatching(/^[0-9a-f]{16}$/),
  })
  fc.assert(
    fc.property(parts, (wanted) => {
      const id = formatAgentId(wanted)
      const read = parseAgentId(id)
      assert.deepEqual(read, { ...wanted })
      assert.equal(formatAgentId(wanted), id)
    }),
  )
})

test('an id that differs in one character is another id or none', () => {
  fc.assert(
    fc.property(
      fc.nat(valid.length - 1),
      fc.string({ minLength: 1, maxLength: 1 }),
      (at, with_) => {
        const changed = valid.slice(0, at) + with_ + valid.slice(at + 1)
        const parts = parseAgentId(changed)
        return parts === undefined || formatAgentId(parts) === changed
      },
    ),
  )
})
