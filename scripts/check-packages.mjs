// Packs what is published, judges the packages, and uses them as a stranger would: installed in an empty folder.
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ensureReady, root, run, stop } from './ensure-ready.mjs'

const secret = 'a secret for one check only'
const folder = mkdtempSync(join(tmpdir(), 'awrit-packages-'))
const installed = join(folder, 'installed')
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

ensureReady()
const packages = ['protocol', 'client', 'broker'].map(pack)
packages.forEach(judge)
install(packages)
const broker = startBroker()
try {
  const url = await waitUntilReady(broker)
  for (const node of [node20(), 'node']) useClient(node, url)
} finally {
  await end(broker)
}
console.log('The packages hold.')

function pack(name) {
  must(run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: join(root, name) }))
  return join(
    folder,
    readdirSync(folder).find((file) => file.startsWith(`agentwrit-${name}-`)),
  )
}

function judge(tarball) {
  must(run('publint', ['run', tarball, '--strict']))
  must(run('attw', [tarball, '--profile', 'esm-only', '--no-definitely-typed']))
}

function install(tarballs) {
  const description = { private: true, type: 'module' }
  must(run('mkdir', [installed]))
  writeFileSync(join(installed, 'package.json'), JSON.stringify(description))
  const flags = ['--no-audit', '--no-fund', '--loglevel=error']
  must(run('npm', ['install', ...flags, ...tarballs], { cwd: installed }))
  copyFileSync(join(import.meta.dirname, 'use-client.mjs'), join(installed, 'use-client.mjs'))
  must(run('npx', ['awrit', '--version'], { cwd: installed }))
}

/** In a process group of its own, so that all that npx starts ends with it. */
function startBroker() {
  return spawn('npx', ['awrit', 'serve'], {
    cwd: installed,
    env: { ...process.env, AA_ADMIN_SECRET: secret, AA_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
}

async function waitUntilReady({ stdout }) {
  let written = ''
  stdout.setEncoding('utf8')
  for await (const text of stdout.iterator({ destroyOnReturn: false })) {
    written += text
    const url = /"url":"(http:[^"]+)"/.exec(written)?.[1]
    if (url !== undefined) {
      stdout.resume()
      const { status } = await fetch(`${url}/readyz`)
      return status === 200 ? url : stop(`The installed broker is not ready: ${status}`)
    }
  }
  return stop(`The installed broker ended without listening: ${written}`)
}

function useClient(node, url) {
  const { stdout: version } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  console.log(`The client on Node ${version.trim()}:`)
  const env = { ...process.env, BROKER_URL: url, ADMIN_SECRET: secret }
  must(run(node, ['use-client.mjs'], { cwd: installed, env }))
}

/** The oldest Node that the client supports: the machine's own if it is that, else one from the registry. */
function node20() {
  if (process.versions.node.startsWith('20.')) return process.execPath
  const place = join(folder, 'node20')
  must(run('mkdir', [place]))
  must(run('npm', ['install', '--prefix', place, '--no-audit', '--no-fund', 'node@20.20.2']))
  return join(place, 'node_modules/node/bin/node')
}

async function end({ pid, exitCode, signalCode }) {
  if (exitCode !== null || signalCode !== null) return
  process.kill(-pid, 'SIGTERM')
  for (let waited = 0; isGroupAlive(pid); waited += 1) {
    if (waited === 150) {
      process.kill(-pid, 'SIGKILL')
      stop('The installed broker did not stop within 15 s.')
    }
    await pause(100)
  }
}

function isGroupAlive(pid) {
  try {
    return process.kill(-pid, 0)
  } catch {
    return false
  }
}

function must(succeeded) {
  if (!succeeded) stop('The packages do not hold; the reason is above.')
}
