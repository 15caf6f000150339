import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const run = promisify(execFile)

const root = join(import.meta.dirname, '../../..')

export interface PackedClient extends AsyncDisposable {
  /** Holds `node_modules` and the scenarios. */
  readonly folder: string
}

/** The SDK as its users meet it: packed, and installed into a folder where nothing else is. */
export async function installPackedClient(): Promise<PackedClient> {
  const folder = await mkdtemp(join(tmpdir(), 'agentwrit-packed-'))
  for (const name of ['protocol', 'client']) {
    await run('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: join(root, name) })
  }
  const tarballs = (await readdir(folder)).filter((name) => name.endsWith('.tgz'))
  const installed = join(folder, 'installed')
  await mkdir(installed)
  await writeFile(join(installed, 'package.json'), '{ "private": true, "type": "module" }')
  const flags = ['--no-audit', '--no-fund', '--loglevel=error']
  const paths = tarballs.map((name) => join(folder, name))
  await run('npm', ['install', ...flags, ...paths], { cwd: installed })
  await cp(import.meta.dirname, installed, { recursive: true })
  return {
    folder: installed,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
