// npm run docs: writes docs/reference/ from the tables in the sources. `--check` compares instead and changes nothing;
// `--folder <path>` stands for docs/reference. Runs on Node 24, which reads the TypeScript sources.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { apiPage } from './api-page/api-page.ts'
import { configurationPage } from './configuration-page.mjs'
import { root, stop } from './ensure-ready.mjs'
import { sdkPage } from './sdk-page.mjs'

const { values } = parseArgs({
  options: { check: { type: 'boolean' }, folder: { type: 'string' } },
})
const folder = values.folder ?? join(root, 'docs/reference')
const pages = { 'configuration.md': configurationPage, 'api.md': apiPage, 'sdk.md': sdkPage }

mkdirSync(folder, { recursive: true })
for (const [name, makePage] of Object.entries(pages)) {
  const path = join(folder, name)
  const content = formatted(await makePage())
  if (!values.check) writeFileSync(path, content)
  else if (read(path) !== content) stop(`${path} is not current; run: npm run docs`)
}

function formatted(content) {
  const formatter = join(root, 'node_modules/oxfmt/bin/oxfmt')
  const { stdout, status } = spawnSync('node', [formatter, '--stdin-filepath=page.md'], {
    cwd: root,
    input: content,
    encoding: 'utf8',
  })
  return status === 0 ? stdout : stop('oxfmt could not format a page.')
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
