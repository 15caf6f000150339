// Side-by-side measurements (docs/reference/performance.md). A missed target is no error of the run: machines differ.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readOptions, usage, type Options } from './options.ts'
import { toJson, toTable, type Measured } from './report.ts'
import type { Bench } from './row.ts'
import { rows } from './rows/all.ts'

const options = readOrExplain(process.argv.slice(2))
if (options === undefined) process.exitCode = 2
else await run(options)

async function run(wanted: Options): Promise<void> {
  const chosen = rows.filter(({ name }) => wanted.only === undefined || wanted.only === name)
  await using folders = new AsyncDisposableStack()
  // Ctrl-C ends the children; their failure then ends the run in order, and no database is left behind.
  process.once('SIGINT', () => bench.progress('stopping'))
  const bench = openBench(wanted, folders)
  const measured: Measured[] = []
  try {
    for (const row of chosen) {
      bench.progress(`${row.name}: ${row.what}`)
      measured.push({ row, findings: await row.measure(bench) })
    }
  } finally {
    // A row that fails does not take along what the others have found.
    const size = wanted.quick ? 'quick' : wanted.full ? 'full' : 'default'
    console.log(wanted.json ? toJson(measured, { date: new Date(), size }) : toTable(measured))
  }
}

function openBench({ quick, full, profile }: Options, folders: AsyncDisposableStack): Bench {
  return {
    isQuick: quick,
    isFull: full,
    profileFolder: profile === undefined ? undefined : resolve(profile),
    async temporaryFolder() {
      const folder = await mkdtemp(join(tmpdir(), 'agentwrit-bench-'))
      folders.defer(() => rm(folder, { recursive: true, force: true }))
      return folder
    },
    progress: (text) => console.error(text),
  }
}

function readOrExplain(words: readonly string[]): Options | undefined {
  try {
    const read = readOptions(words)
    const names = rows.map(({ name }) => name)
    if (read.only === undefined || names.includes(read.only)) return read
    console.error(`there is no row ${read.only}, only ${names.join(', ')}`)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : 'bad options'}\n\n${usage}`)
  }
  return undefined
}
