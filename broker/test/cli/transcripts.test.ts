import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { awrit, temporaryFolder } from './awrit.ts'

// What a person types and sees: see the head of a .transcript file for its form.

for (const file of globSync('*.transcript', { cwd: import.meta.dirname })) {
  const content = readFileSync(join(import.meta.dirname, file), 'utf8').replaceAll(/^#.*\n/gm, '')
  for (const [line = '', ...expected] of content
    .split(/^\$ /m)
    .slice(1)
    .map((part) => part.split('\n'))) {
    test(`${file}: ${line}`, async (t) => {
      const words = line.split(' ')
      const program = words.indexOf('awrit')
      const environment = Object.fromEntries(words.slice(0, program).map((word) => word.split('=')))
      const folder = temporaryFolder(t)
      const { stdout, stderr, code } = await awrit(t, words.slice(program + 1), {
        folder,
        environment,
      }).ended

      const { out, err, exit } = parseExpected(expected)
      assertLines(stderr, err)
      assertLines(stdout, out)
      assert.equal(code, exit)
    })
  }
}

function parseExpected(lines: readonly string[]): { out: string[]; err: string[]; exit: number } {
  const exit = lines.find((line) => line.startsWith('exit '))
  const shown = lines.filter((line) => line !== '' && line !== exit)
  return {
    out: shown.filter((line) => !line.startsWith('! ')),
    err: shown.filter((line) => line.startsWith('! ')).map((line) => line.slice(2)),
    exit: Number(exit?.slice(5) ?? 0),
  }
}

function assertLines(actual: string, expected: readonly string[]): void {
  const pattern = expected
    .map((line) =>
      line === '...' ? '(?:.*\\n)*?' : `${line.split('...').map(quoted).join('.*')}\\n`,
    )
    .join('')
  assert.match(actual.replaceAll(/^\n/gm, ''), new RegExp(`^${pattern}$`))
}

function quoted(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
}
