import { mock } from 'node:test'
import type { Change, Guard } from '../../src/store/change.ts'
import { SqliteEngine } from '../../src/store/sqlite/sqlite-engine.ts'

/** Runs the work with a store that has lost the guards of one kind: what they protect must then break. */
export async function withoutGuard<Result>(
  isLost: (guard: Guard) => boolean,
  work: () => Promise<Result>,
): Promise<Result> {
  // oxlint-disable-next-line unbound-method -- called with its own engine as `this`
  const { run } = SqliteEngine.prototype
  const weakened = mock.method(
    SqliteEngine.prototype,
    'run',
    function runWeakened(this: SqliteEngine, changes: readonly Change[], now: number) {
      return run.call(
        this,
        changes.map((change) => weaken(change, isLost)),
        now,
      )
    },
  )
  try {
    return await work()
  } finally {
    weakened.mock.restore()
  }
}

/** A lost guard always holds; the others keep their places, by which they are named. */
function weaken(change: Change, isLost: (guard: Guard) => boolean): Change {
  const guards = change.guards.map((guard) =>
    isLost(guard) ? { name: guard.name, after: -1 } : guard,
  )
  return { ...change, guards }
}
