// The packed SDK on every runtime that it promises to run on, but for browsers (chromium.browser.test.ts).
import { execFile } from 'node:child_process'
import { after, test } from 'node:test'
import { installPackedClient } from './runtimes/packed-client.ts'
import { installRuntime, runtimes, type Runtime } from './runtimes/runtimes.ts'
import { scenariosOf } from './runtimes/scenarios.ts'
import { startWorlds, type World } from './runtimes/world.ts'

const commands = new Map<Runtime, string>()
for (const runtime of runtimes) commands.set(runtime, await installRuntime(runtime))
const worlds = await startWorlds()
after(() => worlds[Symbol.asyncDispose]())
const { folder, ...client } = await installPackedClient()
after(() => client[Symbol.asyncDispose]())

const scenarios = [...scenariosOf('everywhere'), ...scenariosOf('with-secrets')]
for (const [runtime, command] of commands) {
  for (const { sentence, path } of scenarios) {
    test(`${sentence} (${runtime.name} ${runtime.version})`, () =>
      worlds.inWorld((world) =>
        runProgram([command, ...runtime.options(folder), 'run.mjs'], { scenario: path, world }),
      ))
  }
}

/** Resolves when the program has ended by itself, and well. */
async function runProgram(
  [command = '', ...options]: readonly string[],
  given: { readonly scenario: string; readonly world: World },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const child = execFile(
      command,
      options,
      { cwd: folder, timeout: 60_000 },
      (error, _, written) => {
        if (error === null) resolve()
        else reject(new Error(`${error.message}\n${written}`))
      },
    )
    child.stdin?.end(JSON.stringify(given))
  })
}
