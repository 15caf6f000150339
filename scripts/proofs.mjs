// npm run proof -- kill-9 | floods | strangers | bearers | races | trees | renewals | verifiers [--rounds=N] [--seed=N]: the proofs that take minutes.
import { ensureReady, run } from './ensure-ready.mjs'

ensureReady()
const proofs = ['--conditions=agentwrit-source', 'broker/test/faults/proofs.ts']
if (!run('node', [...proofs, ...process.argv.slice(2)])) process.exitCode = 1
