// The same broker with one thing taken away, so that a ratio says what this one thing costs or brings.
import type { LaunchToken } from '../../../broker/src/domain/launch-tokens/launch-token.ts'
import type { KeptChange } from '../../../broker/src/domain/outcome.ts'
import type { Store } from '../../../broker/src/domain/store.ts'

/** Registration without a database: launch tokens in a map, and every change kept at once and nowhere. */
export function keepNothing({ agents, launchTokens, sessions }: Store): void {
  const held = new Map<string, LaunchToken>()
  Object.assign(sessions, { begin: keep } satisfies Partial<Store['sessions']>)
  Object.assign(agents, { register: keep } satisfies Partial<Store['agents']>)
  Object.assign(launchTokens, {
    create(token) {
      held.set(token.hash, token)
      return keep()
    },
    find: async (hash) => held.get(hash),
  } satisfies Partial<Store['launchTokens']>)
}

/** Registration without group commit: a change waits until the one before it is durable. */
export function commitOneByOne({ agents }: Store): void {
  const together = agents.register.bind(agents)
  let previous: Promise<unknown> = Promise.resolve()
  Object.assign(agents, {
    register(...change) {
      const outcome = previous.then(() => together(...change))
      previous = outcome.catch(() => undefined)
      return outcome
    },
  } satisfies Partial<Store['agents']>)
}

async function keep(): Promise<KeptChange> {
  return { kept: true, at: Date.now(), highestExp: 0, seq: 0 }
}
