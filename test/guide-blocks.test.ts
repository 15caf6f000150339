import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAsShown, readBlocks } from './guide-blocks.ts'

const page = `# Page

\`\`\`console
npm ci
\`\`\`

\`\`\`sh
echo one
\`\`\`

\`\`\`text
one
\`\`\`

\`\`\`sh
true
\`\`\`

Words in between.

\`\`\`text
{}
\`\`\`
`

test('only sh blocks are run, and only the block right after one is its output', () => {
  assert.deepEqual(readBlocks(page), [
    { line: 8, code: 'echo one\n', output: 'one' },
    { line: 16, code: 'true\n', output: undefined },
  ])
})

test('an ellipsis stands for anything on its line, everything else for itself', () => {
  assert.ok(isAsShown('{"a":"b.c","d":1}\n', '{"a":"…","d":1}'))
  assert.ok(isAsShown('{"a":1,"b":2,"c":3}', '{…"b":2…}'))
  assert.equal(isAsShown('{"a":"x","d":2}', '{"a":"…","d":1}'), false)
  assert.equal(isAsShown('one\nmore', 'o…'), false)
  assert.equal(isAsShown('axb', 'a.b'), false)
})
