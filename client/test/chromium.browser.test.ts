// The packed SDK in a page: agents that were handed a launch token, and no secret of anybody.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { launchChromium } from './runtimes/chromium.ts'
import { installPackedClient } from './runtimes/packed-client.ts'
import { servePage } from './runtimes/page-server.ts'
import { scenariosOf } from './runtimes/scenarios.ts'
import { startWorlds, type World } from './runtimes/world.ts'

const browser = await launchChromium()
after(() => browser.close())
const worlds = await startWorlds()
after(() => worlds[Symbol.asyncDispose]())
const { folder, ...client } = await installPackedClient()
after(() => client[Symbol.asyncDispose]())

for (const { sentence, path } of scenariosOf('everywhere')) {
  test(`${sentence} (Chromium)`, () => worlds.inWorld((world) => runInPage(path, world)))
}

async function runInPage(scenario: string, world: World): Promise<void> {
  const { broker, lossy, refused, unknownHost, launchTokens } = world
  await using server = await servePage(folder, { broker, lossy }, [refused, unknownHost])
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // Chromium notes every refusal and every broken connection; what they mean is the matter of the scenario.
    if (message.text().startsWith('Failed to load resource: ')) return
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(server.url)
  await page.evaluate(
    async ([module, given]) => {
      const loaded = (await import(module)) as { run(world: unknown): Promise<void> }
      await loaded.run(given)
    },
    [
      `/${scenario}.mjs`,
      {
        broker: `${server.url}/broker`,
        lossy: `${server.url}/lossy`,
        refused,
        unknownHost,
        launchTokens,
        isBrowser: true,
      },
    ] as const,
  )
  await page.close()
  assert.deepEqual(complaints, [])
}
