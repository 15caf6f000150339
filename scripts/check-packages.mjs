// Packs what is published, judges the packages, and uses them as a stranger would: installed in an empty folder.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
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
  useClient({ broker: url, ...(await registerApp(url)) })
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
  cpSync(join(root, 'client/test/runtimes'), installed, { recursive: true })
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

/** What the scenario signs in with. */
async function registerApp(url) {
  const ask = async (path, body, bearer) => {
    const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
    const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return answer.json()
  }
  const { access_token } = await ask('/v1/admin/auth', { secret })
  const app = await ask('/v1/admin/apps', { name: 'check', scopes: ['read:sales:*'] }, access_token)
  return { clientId: app.client_id, clientSecret: app.client_secret }
}

/** One scenario of those that client/test/runtimes.outside.test.ts runs on every runtime. */
function useClient(world) {
  const input = JSON.stringify({ scenario: 'with-secrets/five-lines-make-an-agent', world })
  const stdio = ['pipe', 'inherit', 'inherit']
  const { status } = spawnSync('node', ['run.mjs'], { cwd: installed, input, stdio })
  must(status === 0)
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
