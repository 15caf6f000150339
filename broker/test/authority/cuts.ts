// What a cut kills in a chain of agents, each of an app of its own and in a task of its own: once, for every test that
// cuts one.

/** Who is dead after a cut, by place in the chain: 0 is the root, which holds its own token. */
export interface Fate {
  /** Tokens held in the chain. */
  readonly held: readonly number[]
  /** The members' own registration tokens. */
  readonly own: readonly number[]
}

/** The place at which the chain is cut, where it is not cut as a whole. */
export const middle = 2
/** The longest chain that there is. */
const places: readonly number[] = [0, 1, 2, 3, 4, 5]
const below = places.slice(middle)

export const fates = {
  token: { held: below, own: [] },
  'superseded token': { held: below, own: [] },
  release: { held: below, own: [] },
  agent: { held: below, own: [middle] },
  app: { held: below, own: [middle] },
  login: { held: below, own: [middle] },
  'all logins': { held: below, own: [middle] },
  /** Of the root: the whole chain works in it. */
  task: { held: places, own: [0] },
  'task of registration': { held: [], own: [middle] },
  chain: { held: places, own: [0] },
} as const satisfies Record<string, Fate>

export type CutName = keyof typeof fates
