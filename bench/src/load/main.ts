// The asking side, in a process of its own: what it costs is not on the server's account.
import { serveCommands } from '../remote.ts'
import { postAll } from './post-all.ts'
import { registerAll } from './register-all.ts'
import type { Asking } from './share-work.ts'

export interface LoadCommands {
  /** Posts `{ token }` for each of the tokens. Resolves to seconds. */
  readonly postAll: (asked: TokenLoad) => Promise<number>
  /** Challenge, proof and registration with each of the launch tokens. Resolves to seconds. */
  readonly registerAll: (asked: RegistrationLoad) => Promise<number>
  readonly [name: string]: (argument: never) => unknown
}

export interface TokenLoad extends Asking {
  readonly path: string
  readonly tokens: readonly string[]
  /** Each token is posted so many times. */
  readonly times: number
}

export interface RegistrationLoad extends Asking {
  readonly launchTokens: readonly string[]
}

const commands: LoadCommands = { postAll, registerAll }
serveCommands(commands, async () => undefined)
