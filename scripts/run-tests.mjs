import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from './ensure-ready.mjs'

/** Bytes that all tests together never fill. */
const ROOM = 2 ** 31
const compileCache = join(root, 'node_modules/.cache/node-compile')

/** Runs these test files on the sources, unbuilt; true when every test in them was run and passed. */
export function runTests(files) {
  const folder = mkdtempSync(join(tmpdir(), 'awrit-test-'))
  const protocol = join(folder, 'protocol.tap')
  try {
    const options = [
      '--conditions=agentwrit-source',
      '--test',
      `--test-concurrency=${Math.min(4, availableParallelism())}`,
      '--test-timeout=600000',
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      '--test-reporter=tap',
      `--test-reporter-destination=${protocol}`,
    ]
    // Every file of tests, and every thread of a broker in it, loads the same modules: each is compiled once.
    const env = { ...process.env, NODE_COMPILE_CACHE: compileCache, TMPDIR: temporaryFolder() }
    const passed = run('node', [...options, ...files], { env })
    return everyTestRan(readFileSync(protocol, 'utf8')) && passed
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * In memory where there is ample room: brokers sync as ever, and nobody waits for a disk. What a disk itself forgets or
 * refuses is no matter of the folder: those tests bring a disk of their own.
 */
function temporaryFolder() {
  const inMemory = '/dev/shm'
  if (process.env.TMPDIR) return process.env.TMPDIR
  try {
    accessSync(inMemory, constants.W_OK)
    const { bavail, bsize } = statfsSync(inMemory)
    return bavail * bsize >= ROOM ? inMemory : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** A test that did not run has proven nothing: skipped and todo ones fail the run, and so does a run without tests. */
function everyTestRan(protocol) {
  // The summary is the end of the protocol; a test may print what looks like one before.
  const summary = protocol.slice(protocol.lastIndexOf('\n# tests '))
  const count = (name) => Number(summary.match(new RegExp(`^# ${name} (\\d+)$`, 'm'))?.[1])
  if (count('tests') > 0 && count('skipped') === 0 && count('todo') === 0) return true
  console.error(
    `Of ${count('tests')} tests ${count('skipped')} were skipped and ${count('todo')} are todo: ` +
      'there must be tests, and all must run.',
  )
  return false
}
