// What every command of this repository needs first. Plain JavaScript on built-in modules that Node 20.19 can run.
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/**
 * Installs and builds what is missing. Afterwards a child `node` is Node 24, whatever runs this script.
 * Ends the process with one sentence when something cannot be made ready.
 */
export function ensureReady() {
  useOwnNode()
  if (!isInstalled()) {
    say('Installing the packages (half a minute) ...')
    const flags = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
    runOrStop('npm', ['ci', ...flags], 'npm ci failed; its message is above.')
  }
  requireNode24()
  const parts = ['client/tsconfig.node.json', 'broker/tsconfig.build.json']
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  runOrStop('node', [compiler, '-b', ...parts], 'The build failed; the compiler says above why.')
}

/** Runs a command with its output shown and no input; true when it succeeded. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: command === 'npm' && process.platform === 'win32',
    ...options,
  })
  if (error) say(`${command}: ${error.message}`)
  return status === 0
}

export function stop(sentence) {
  console.error(sentence)
  process.exit(1)
}

/** `npm run` puts node_modules/.bin first in PATH; whoever starts a script directly gets the same. */
function useOwnNode() {
  const tools = join(root, 'node_modules/.bin')
  const path = process.env.PATH ?? ''
  if (!path.split(delimiter).includes(tools)) process.env.PATH = tools + delimiter + path
}

function isInstalled() {
  const installed = modifiedAt('node_modules/.package-lock.json')
  return installed > 0 && installed >= modifiedAt('package-lock.json')
}

function modifiedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

function requireNode24() {
  const { stdout } = spawnSync('node', ['--version'], { cwd: root, encoding: 'utf8' })
  if (!stdout?.startsWith('v24.')) {
    stop(
      `Node.js 24 of the development packages is missing (found ${stdout?.trim() || 'none'}); ` +
        'run: npm rebuild node --ignore-scripts=false',
    )
  }
}

function runOrStop(command, args, sentence) {
  if (!run(command, args)) stop(sentence)
}

function say(sentence) {
  console.error(sentence)
}
