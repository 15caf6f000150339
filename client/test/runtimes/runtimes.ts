import { access, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './packed-client.ts'

/** A runtime that the SDK promises to run on. */
export interface Runtime {
  readonly name: string
  /** Of the npm package that brings it, which is named as its command. */
  readonly version: string
  /** What its command wants before the path of a program. */
  readonly options: (folder: string) => readonly string[]
}

const none = (): readonly string[] => []

export const runtimes: readonly Runtime[] = [
  // The oldest that the SDK supports.
  { name: 'node', version: '20.19.0', options: none },
  { name: 'node', version: '22.23.3', options: none },
  { name: 'node', version: '24.21.0', options: none },
  { name: 'bun', version: '1.4.5', options: none },
  // The SDK needs the network and nothing else; the files are its own and those of the scenarios.
  {
    name: 'deno',
    version: '2.9.6',
    options: (folder) => ['run', '--quiet', '--no-prompt', '--allow-net', `--allow-read=${folder}`],
  },
]

const cache = join(import.meta.dirname, '../../../node_modules/.cache/runtimes')

/** Resolves to the path of its command; fetched from the registry the first time. */
export async function installRuntime({ name, version }: Runtime): Promise<string> {
  const folder = join(cache, `${name}-${version}`)
  const command = join(folder, 'node_modules/.bin', name)
  if (await exists(command)) return command
  // Installed beside, so that an installation that was cut off is none.
  const unfinished = `${folder}.${process.pid}`
  await mkdir(unfinished, { recursive: true })
  const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts=false']
  await run('npm', ['install', '--prefix', unfinished, ...flags, `${name}@${version}`])
  await rm(folder, { recursive: true, force: true })
  await rename(unfinished, folder)
  return command
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
