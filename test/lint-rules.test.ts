import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

// The import rules of STYLE.md are only as good as the linter's patterns: each folder gets every import it must not have, and
// each it may. Paths are written as from a file directly in the folder.

const root = join(import.meta.dirname, '..')

const foreign = 'axios jose pino close-with-grace undici chalk @agentwrit/broker'
const roundabout = `../../node_modules/pg/lib/index.js ../../client/src/agent.ts ../../../bench/src/main.ts
  ../../broker/dist/main.js /etc/passwd`
const wiring = '../broker.ts ../main.ts ../local-commands/serve.ts'
const needsNode = 'node:crypto node:fs fs'

/** By folder: imports separated by white space. */
const rules: Readonly<Record<string, { readonly forbidden: string; readonly rightful: string }>> = {
  'protocol/src': {
    forbidden: `${foreign} ${roundabout} ${needsNode} @agentwrit/client ../../broker/x.ts`,
    rightful: './scope.ts',
  },
  'client/src': {
    forbidden: `${foreign} ${roundabout} ${needsNode} fastify ../../broker/src/config.ts`,
    rightful: './transport.ts ../agent.ts @agentwrit/protocol',
  },
  'client/src/adapters': {
    forbidden: `${foreign} ${roundabout} ${needsNode} express fastify hono @modelcontextprotocol/server`,
    rightful: '../verifier/verification.ts ./gate.ts @agentwrit/protocol',
  },
  'client/src/node': {
    forbidden: `${foreign} ${roundabout} fs fastify`,
    rightful: '../agent.ts ./files.ts @agentwrit/protocol node:fs node:fs/promises',
  },
  'broker/src/domain': {
    forbidden: `${foreign} ${roundabout} ${wiring} bcrypt sodium-native pg fastify lru-cache typebox
      @agentwrit/client node:fs node:sqlite node:http crypto node:worker_threads
      ../http/app.ts ../store/sql.ts ../crypto/ed25519.ts ../cli/run.ts`,
    rightful: './fault.ts ../config.ts node:crypto @agentwrit/protocol',
  },
  'broker/src/domain/tokens': {
    forbidden: 'pg ../../http/app.ts ../../store/sql.ts ../../../../client/src/agent.ts',
    rightful: './session.ts ../fault.ts ../../config.ts ../scopes/attenuation.ts',
  },
  'broker/src/crypto': {
    forbidden: `${foreign} ${roundabout} ${wiring} pg fastify libsodium-wrappers @agentwrit/client
      node:sqlite node:http ../http/app.ts ../store/sql.ts ../cli/run.ts`,
    rightful: `../domain/tokens/keys.ts ./ed25519.ts @agentwrit/protocol sodium-native bcrypt lru-cache
      node:crypto node:worker_threads`,
  },
  'broker/src/store': {
    forbidden: `${foreign} ${roundabout} ${wiring} fastify sodium-native bcrypt better-sqlite3
      @agentwrit/client node:http node:child_process ../http/app.ts ../crypto/ed25519.ts ../cli/run.ts`,
    rightful: `../domain/store.ts ./sql.ts @agentwrit/protocol pg node:sqlite node:worker_threads node:crypto
      node:fs node:path`,
  },
  'broker/src/http': {
    forbidden: `${foreign} ${roundabout} ${wiring} pg bcrypt sodium-native @agentwrit/client
      node:sqlite node:crypto node:child_process ../store/sql.ts ../crypto/ed25519.ts ../cli/run.ts`,
    rightful: `../domain/context.ts ./problem.ts ../config.ts @agentwrit/protocol fastify @fastify/swagger
      typebox prom-client lru-cache node:net node:tls node:fs node:path node:stream`,
  },
  'broker/src/http/routes': {
    forbidden: `${foreign} pg fastify @fastify/swagger prom-client lru-cache node:net node:crypto
      ../../store/sql.ts ../../crypto/ed25519.ts ../../broker.ts ../../main.ts ../../cli/run.ts
      ../../local-commands/serve.ts`,
    rightful: '../route.ts ../../domain/context.ts typebox @agentwrit/protocol',
  },
  'broker/src/cli': {
    forbidden: `${foreign} ${roundabout} ${wiring} pg fastify node:sqlite
      ../domain/fault.ts ../store/sql.ts ../http/app.ts ../crypto/ed25519.ts`,
    rightful: `./output.ts @agentwrit/client @agentwrit/protocol commander node:fs node:readline/promises`,
  },
  'broker/src/local-commands': {
    forbidden: `pg fastify pino close-with-grace commander ${roundabout} node:sqlite ../http/app.ts ../main.ts`,
    rightful: `../store/open-store.ts ../domain/fault.ts ../crypto/key-file.ts ../config.ts ../broker.ts
      ../cli/output.ts ./dev-config.ts @agentwrit/client node:fs node:fs/promises`,
  },
}

/** A type, a re-export and an import at run time are imports too. */
const spellings: readonly ((specifier: string) => string)[] = [
  (specifier) => `import { thing } from '${specifier}'\nexport const other = thing`,
  (specifier) => `export type { Thing } from '${specifier}'`,
  (specifier) => `export const load = () => import('${specifier}')`,
]

test('the linter stops every import a folder must not have, however it is spelt, and no rightful one', () => {
  using folder = temporaryFolder()
  const planted = Object.entries(rules).flatMap(([place, { forbidden, rightful }]) => [
    ...plantEach(folder.path, place, forbidden).map((plant) => ({ ...plant, isForbidden: true })),
    ...plantEach(folder.path, place, rightful).map((plant) => ({ ...plant, isForbidden: false })),
  ])

  const stopped = filesStopped(folder.path)

  const wronglyJudged = planted.filter(({ path, isForbidden }) => isForbidden !== stopped.has(path))
  assert.deepEqual(wronglyJudged, [])
  assert.ok(stopped.size > 400, `only ${stopped.size} files were stopped`)
})

test('the adapter for Hono knows its types and none of its code', () => {
  const names = ['import type', 'import', 'export'].map((form) => {
    using folder = temporaryFolder()
    const place = join(folder.path, 'client/src/adapters')
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'hono.ts'), `${form} { Context } from 'hono'\n`)
    return [form, filesStopped(folder.path).size]
  })
  assert.deepEqual(names, [
    ['import type', 0],
    ['import', 1],
    ['export', 1],
  ])
})

function plantEach(folder: string, place: string, specifiers: string) {
  return specifiers.split(/\s+/).flatMap((specifier) =>
    spellings.map((spell, index) => {
      const path = join(place, `${encodeURIComponent(specifier)}-${index}.ts`)
      mkdirSync(join(folder, place), { recursive: true })
      writeFileSync(join(folder, path), `${spell(specifier)}\n`)
      return { path, specifier }
    }),
  )
}

/** Files that break `no-restricted-imports` under the rules of this repository. */
function filesStopped(folder: string): Set<string> {
  copyFileSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'))
  const linter = join(root, 'node_modules/oxlint/bin/oxlint')
  const { stdout } = spawnSync(process.execPath, [linter, '--format=json'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const report = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] }
  return new Set(
    report.diagnostics
      .filter(({ code }) => code.includes('no-restricted-imports'))
      .map(({ filename }) => filename),
  )
}

function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'awrit-lint-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
