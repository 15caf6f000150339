import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const program = join(import.meta.dirname, '../src/quickstart.ts')

test('the quickstart walks all steps, shows no credential whole, and leaves nothing behind', async () => {
  const { code, output, errors } = await runQuickstart(['--exit'], { AA_PORT: '0' })
  assert.equal(errors, '')
  assert.equal(code, 0)
  for (const step of [1, 2, 3, 4, 5, 6])
    assert.ok(output.includes(`${step} of 6 · `), `step ${step}`)
  for (const route of [
    '/v1/admin/auth',
    '/v1/challenge',
    '/v1/register',
    '/v1/token/validate',
    '/v1/token/renew',
    '/v1/token/release',
  ]) {
    assert.ok(output.includes(route), route)
  }
  assertNoCredential(output)
  assertNothingLeft(output)
})

test('a port that is taken is named, and another one used', async () => {
  const other = createServer()
  await once(other.listen(0, '127.0.0.1'), 'listening')
  const { port } = other.address() as AddressInfo
  const { code, output } = await runQuickstart(['--exit'], { AA_PORT: String(port) })
  other.close()
  assert.equal(code, 0)
  assert.ok(output.includes(`Port ${port} is taken`))
  assert.equal(output.includes(`127.0.0.1:${port} `), false)
})

test('the broker runs on until Ctrl-C, which stops it even when it arrives twice', async () => {
  const child = start([], { AA_PORT: '0' })
  const output = collect(child.stdout)
  while (!output.text.includes('Ctrl-C')) await once(child.stdout, 'data')
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.text)?.[0]
  assert.equal((await fetch(`${url}/v1/health`)).status, 200)
  child.kill('SIGINT')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  assert.equal(code, 0)
  assertNoCredential(output.text)
  assertNothingLeft(output.text)
})

test('what keeps the broker from starting is told, with exit code 1', async () => {
  const { code, errors } = await runQuickstart(['--exit'], {
    AA_PORT: '0',
    TMPDIR: '/nowhere/at/all',
  })
  assert.equal(code, 1)
  assert.ok(errors.includes('Starting the broker'))
})

test('an unknown option is answered with the usage and exit code 2', async () => {
  const { code, errors } = await runQuickstart(['--quit'], {})
  assert.equal(code, 2)
  assert.ok(errors.includes('npm run quickstart'))
})

function start(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['--conditions=agentwrit-source', program, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return child
}

async function runQuickstart(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const child = start(args, environment)
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { code: code as number | null, output, errors }
}

function collect(stream: NodeJS.ReadableStream): { readonly text: string } {
  let collected = ''
  stream.on('data', (chunk: Buffer) => (collected += chunk.toString()))
  return {
    get text() {
      return collected
    },
  }
}

function assertNoCredential(output: string): void {
  // JWTs, 32 bytes in hex, and keys, signatures and secrets in base64: all are longer than any name here without a break.
  for (const pattern of [/eyJ[\w-]{10,}/, /[0-9a-f]{40,}/, /[\w+-]{40,}/])
    assert.doesNotMatch(output, pattern)
}

function assertNothingLeft(output: string): void {
  const folder = /\S*agentwrit-quickstart-\w+/.exec(output)?.[0]
  const pid = Number(/process (\d+)/.exec(output)?.[1])
  assert.ok(folder)
  assert.equal(existsSync(folder), false)
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
}
