// npm run quickstart [-- --exit]: makes the repository ready, then walks the first token in a child `node` (which is 24).
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureReady, root } from './ensure-ready.mjs'

ensureReady()
const walk = join(root, 'examples/first-token/src/quickstart.ts')
const child = spawn('node', [walk, ...process.argv.slice(2)], { stdio: 'inherit' })
// The child stops its broker and tidies up; this process waits for that.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`The quickstart could not be started: ${error.message}`)
  process.exitCode = 1
})
child.on('exit', (code) => {
  process.exitCode = code ?? 1
})
