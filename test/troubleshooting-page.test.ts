import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { errorCodes } from '@agentwrit/protocol'
import { statusOf } from '../broker/src/http/errors/problem.ts'
import { messagesOf } from './messages.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/guide/troubleshooting.md'), 'utf8')

/** Where errors are thrown that end a start, or a command on the files of a broker. */
const startUp = [
  'config.ts',
  'config/*.ts',
  'tls-material.ts',
  'crypto/{admin-secret,key-ring,sealed-key}.ts',
  'domain/epoch/accept-restored.ts',
  'local-commands/*.ts',
  'store/{open-store,migrate,require-same-history,high-water-file}.ts',
  'store/sqlite/{database,sqlite-engine,store-lock,writer}.ts',
]

describe('by error code', () => {
  for (const code of errorCodes) {
    test(`${code} has its meaning, who sees it, and what to do next`, () => {
      const begin = page.indexOf(`\n### ${code}\n`)
      assert.ok(begin > page.indexOf('\n## By error code\n'))
      const section = page.slice(begin, page.indexOf('\n##', begin + 1))
      assert.match(section, /^- \*\*Means\*\* \((\d+), .+\): .+\.$/m)
      assert.ok(section.includes(`(${statusOf(code)}, [example](../reference/api.md#${code}))`))
      assert.match(section, /^- \*\*Seen by\*\*: .+\.$/m)
      assert.match(section, /^- \*\*Next\*\*: .+\.$/m)
    })
  }
})

test('every message that ends a start is found on the page, in a row that says what to do', () => {
  const thrown = read(startUp).flatMap((source) =>
    messagesOf(source, /new (?:Config|StoreOpen|)Error\(\s*/g),
  )
  const flaws = messagesOf(readKeyFileFlaws(), /const complaints = \{/g)
  const messages = [...thrown, ...flaws.map((flaw) => `AA_SIGNING_KEY_PATH (…) ${flaw}`)]
  assert.ok(messages.length > 50, `only ${messages.length} messages found`)
  assertListed(messages, sectionOf('Every FATAL message'))
})

test('every warning and error of the log is found on the page', () => {
  const sources = read(['**/*.ts'])
  const logged = sources.flatMap((source) => [
    ...messagesOf(source, /\blog\.(?:warn|error|fatal)\(/g),
    ...messagesOf(source, /\bwarnings\.push\(/g),
  ])
  assert.ok(logged.length > 12, `only ${logged.length} messages found`)
  assertListed(logged, sectionOf('Lines in the log'))
})

test('every cause of a 503 is found on the page', () => {
  const details = read(['{http,crypto,store,domain}/**/*.ts']).flatMap((source) => [
    ...messagesOf(source, /new Fault\(\s*'service_unavailable',\s*/g),
    ...messagesOf(source, /\b(?:unavailable|notReady)\(/g),
  ])
  assert.ok(details.length > 12, `only ${details.length} causes found`)
  assertListed(details, sectionOf('503 with Retry-After'))
})

test('messages are read out of calls with what is put in left open', () => {
  const source = [
    'throw new Error(`the ${kind} of "${name({ a: 1 })}" ` + "is" + \' wrong\')',
    "throw new Error(bad ? 'one' : 'two', { cause })",
    'throw new Error(gone(path))\nfunction gone(path: string) {\n  return `${path} is gone`\n}',
  ].join('\n')
  const messages = messagesOf(source, /new Error\(/g)
  assert.deepEqual(messages, ['the … of "…" is wrong', 'one', 'two', '… is gone'])
})

function assertListed(messages: readonly string[], section: string): void {
  const rows = section.split('\n').map(plain)
  const missing = messages.filter((message) => !rows.some((row) => shows(row, plain(message))))
  assert.deepEqual(missing, [])
}

/** A row shows a message if it holds its words in their order. */
function shows(row: string, message: string): boolean {
  let at = 0
  return message.split('…').every((words) => {
    const found = row.indexOf(words.trim(), at)
    at = found + words.trim().length
    return found >= 0
  })
}

function plain(text: string): string {
  return text.replaceAll(/[`\\]/g, '')
}

function sectionOf(title: string): string {
  const begin = page.indexOf(`\n## ${title}\n`)
  assert.ok(begin > 0, title)
  const end = page.indexOf('\n## ', begin + 1)
  return page.slice(begin, end < 0 ? undefined : end)
}

function read(patterns: readonly string[]): string[] {
  const folder = join(root, 'broker/src')
  return globSync(patterns, { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'))
}

/** With the words that several of them share put in. */
function readKeyFileFlaws(): string {
  const [source = ''] = read(['crypto/key-file-error.ts'])
  const [, shared = ''] = /const PUT =\s*'([^']+)'/.exec(source) ?? []
  return source.replaceAll('${PUT}', shared)
}
