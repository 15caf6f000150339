import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import * as fc from 'fast-check'
import { createLogger } from '../src/logger.ts'
import type { Logger } from '../src/logger.ts'

interface Written {
  readonly log: Logger
  readonly out: string[]
  readonly err: string[]
}

function logger(
  logLevel: 'quiet' | 'standard' | 'verbose' | 'trace' = 'verbose',
  logFormat: 'json' | 'pretty' = 'json',
): Written {
  const out: string[] = []
  const err: string[] = []
  const outputs = {
    out: { write: (line: string) => void out.push(line) },
    err: { write: (line: string) => void err.push(line) },
  }
  return { log: createLogger({ logLevel, logFormat }, outputs), out, err }
}

test('errors go to stderr and everything else to stdout', () => {
  const { log, out, err } = logger()
  log.info({}, 'one')
  log.warn({}, 'two')
  log.error({}, 'three')
  log.fatal({}, 'four')
  assert.deepEqual([out.length, err.length], [2, 2])
})

test('each level logs what its name says', () => {
  const lines = { quiet: 1, standard: 3, verbose: 3, trace: 5 } as const
  for (const level of ['quiet', 'standard', 'verbose', 'trace'] as const) {
    const { log, out, err } = logger(level)
    for (const say of ['trace', 'debug', 'info', 'warn', 'error'] as const) log[say]({}, 'said')
    assert.equal(out.length + err.length, lines[level], level)
  }
})

test('a record is one JSON object with time, level, message and its fields', () => {
  const { log, out } = logger()
  log.info({ request_id: 'r1', status: 200 }, 'request')
  const { time, ...record }: Record<string, unknown> = JSON.parse(out[0] ?? '')
  assert.deepEqual(record, { level: 'info', msg: 'request', request_id: 'r1', status: 200 })
  assert.ok(typeof time === 'string' && !Number.isNaN(Date.parse(time)))
})

const credentials = `authorization Authorization admin_secret client_secret any_new_secret secret token access_token
  launch_token accessToken nonce signature cookie set-cookie idempotency_key idempotency-key private_key`

for (const name of credentials.split(/\s+/)) {
  test(`a field named ${name} is never logged, at any depth, in any form`, () => {
    for (const format of ['json', 'pretty'] as const) {
      const { log, out } = logger('trace', format)
      const value = 'hunter2 "quoted" \\" \n'
      log.info({ [name]: value, a: 1 }, 'flat')
      log.info({ deep: [{ er: { still: { [name]: value } } }], a: 1 }, 'deep')
      log.child({ [name]: value }).info({ a: 1 }, 'child')
      assert.equal(out.length, 3)
      for (const line of out)
        assert.ok(!/hunter2|quoted/.test(line) && line.includes('"a":1'), line)
    }
  })
}

test('a text that looks like a field changes nothing around it', () => {
  const { log, out } = logger()
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, other) => {
      out.length = 0
      log.info({ text: `{"token":"${text}`, [`${other} `]: text, status: 1 }, text)
      const record: Record<string, unknown> = JSON.parse(out[0] ?? '')
      assert.deepEqual([record['text'], record['status']], [`{"token":"${text}`, 1])
    }),
  )
})

test('no control character reaches a line, whatever is logged, in either format', () => {
  const anything = fc.string({ unit: 'binary' })
  const noisy = fc.tuple(
    anything,
    fc.constantFrom('\n', '\r', '\u001b[2J', '\u009b31m', '\u007f', '\u2028'),
  )
  const formats = { json: logger('trace', 'json'), pretty: logger('trace', 'pretty') }
  fc.assert(
    fc.property(noisy, fc.constantFrom('json' as const, 'pretty'), ([text, noise], format) => {
      const { log, out, err } = formats[format]
      log.info({ text: text + noise, [noise]: 1 }, noise + text)
      log.error({ err: new Error(noise, { cause: new Error(text) }) }, 'failed')
      log.error(new Error(noise))
      for (const line of [...out.splice(0), ...err.splice(0)]) {
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        assert.match(line, /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+\n$/)
      }
    }),
  )
})

test('an error is logged with its causes and without the other members it carries', () => {
  const { log, err } = logger()
  const cause = Object.assign(new TypeError('inner'), { row: 'hunter2' })
  log.error(
    { err: Object.assign(new Error('outer', { cause }), { code: 'E1', detail: 'hunter2' }) },
    'x',
  )
  assert.ok(!(err[0] ?? '').includes('hunter2'))
  const { err: record }: { err: Record<string, unknown> } = JSON.parse(err[0] ?? '')
  assert.deepEqual([record['type'], record['code'], record['message']], ['Error', 'E1', 'outer'])
  assert.equal(record['cause'] instanceof Object && 'message' in record['cause'], true)
})

for (const end of ['process.exit(3)', 'log.fatal({}, "three"); process.exit(3)', 'throw 3', '']) {
  test(`what was logged before the process ended is written, in order, after "${end}"`, async () => {
    const script = `import { createLogger } from '${new URL('../src/logger.ts', import.meta.url).href}'
      const log = createLogger({ logLevel: 'verbose', logFormat: 'json' })
      log.info({}, 'one'); log.warn({}, 'two'); ${end}`
    const flags = [...process.execArgv, '--input-type=module', '--eval', script]
    const { stdout } = await promisify(execFile)(process.execPath, flags).catch(asEnded)
    const texts = stdout.split('\n').map((line) => /"msg":"(\w+)"/.exec(line)?.[1])
    assert.deepEqual(texts, ['one', 'two', undefined])
  })
}

/** A process that ended with an exit code of its own. */
function asEnded(error: unknown): { stdout: string } {
  assert.ok(error instanceof Error && 'stdout' in error && typeof error.stdout === 'string')
  return { stdout: error.stdout }
}
