import type { World } from './audit-world.ts'
import type { Changes } from './metric-changes.ts'

export interface Move {
  /** Makes what must be there before and is not counted, and gives the action itself. */
  readonly prepare: (world: World) => Promise<() => Promise<unknown>>
  /** The whole change of the page: nothing else moves. */
  readonly changes: Changes
}

/** For an action that needs nothing but the world. */
export function act(action: (world: World) => Promise<unknown>): Move['prepare'] {
  return async (world) => () => action(world)
}
