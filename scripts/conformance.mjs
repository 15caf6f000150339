// npm run conformance -- --url ... --admin-secret ...: does a running broker keep the wire contract?
import { ensureReady, run } from './ensure-ready.mjs'

ensureReady()
const suite = ['--conditions=agentwrit-source', 'conformance/main.ts']
if (!run('node', [...suite, ...process.argv.slice(2)])) process.exitCode = 1
