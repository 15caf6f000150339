// npm test [files]: everything that needs only npm. --outside: what needs Python, strace and the like. --browser: Chromium.
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ensureReady, root, stop } from './ensure-ready.mjs'
import { runTests } from './run-tests.mjs'

const kinds = { '--outside': '.outside.test.ts', '--browser': '.browser.test.ts' }
const options = process.argv.slice(2).filter((argument) => argument.startsWith('-'))
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('-'))
const [kind] = options
if (options.length > 1 || (kind && !(kind in kinds))) {
  stop(`Known options, one at a time: ${Object.keys(kinds).join(', ')}.`)
}

ensureReady()
const files = named.length > 0 ? named : findTests(root).filter(isOfKind).toSorted()
if (files.length === 0) {
  console.log(`There are no tests named *${kinds[kind] ?? '.test.ts'} yet.`)
} else if (!runTests(files)) {
  process.exitCode = 1
}

function findTests(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return isSource(entry.name) ? findTests(path) : []
    return entry.name.endsWith('.test.ts') ? [relative(root, path)] : []
  })
}

function isSource(name) {
  return name !== 'node_modules' && name !== 'dist' && !name.startsWith('.')
}

function isOfKind(file) {
  if (kind) return file.endsWith(kinds[kind])
  return !Object.values(kinds).some((ending) => file.endsWith(ending))
}
