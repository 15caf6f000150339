// Builds after an install, so that `npx awrit` works at once. Without the development dependencies
// (`npm ci --omit=dev`) there is no compiler, and nothing to do.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const compiler = join(import.meta.dirname, '../node_modules/typescript/bin/tsc')
if (existsSync(compiler)) {
  const built = spawnSync(
    'node',
    [compiler, '-b', 'client/tsconfig.node.json', 'broker/tsconfig.build.json'],
    { cwd: join(import.meta.dirname, '..'), stdio: 'inherit' },
  )
  process.exitCode = built.status ?? 1
}
