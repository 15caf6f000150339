import type { LoadCommands } from './load/main.ts'
import { Remote, type Commands } from './remote.ts'
import type { Bench } from './row.ts'
import type { BrokerCommands, WantedBroker } from './server/broker.ts'
import type { EchoCommands } from './server/echo.ts'
import type { UsageCommands } from './server/usage.ts'
import type { VerifierCommands } from './server/verifier.ts'

/** A server that listens, in a process of its own. */
export interface Side {
  readonly port: number
  readonly usage: UsageOf
}

/** As the commands, asked from outside. */
export type UsageOf = {
  readonly [Name in keyof UsageCommands]: () => Promise<Awaited<ReturnType<UsageCommands[Name]>>>
}

export interface BrokerSide extends Side {
  readonly server: Remote<BrokerCommands>
}

/** The processes of one row; disposing of them ends all. */
export class Processes implements AsyncDisposable {
  readonly #bench: Bench
  readonly #started = new AsyncDisposableStack()

  constructor(bench: Bench) {
    this.#bench = bench
  }

  load(): Remote<LoadCommands> {
    return this.#start('./load/main.ts', [])
  }

  verifier(): Remote<VerifierCommands> {
    return this.#start('./server/verifier.ts', this.#profiling())
  }

  async echo(): Promise<Side> {
    const server = this.#start<EchoCommands>('./server/echo.ts', this.#profiling())
    const usage = {
      settle: () => server.ask('settle'),
      cpuMicroseconds: () => server.ask('cpuMicroseconds'),
    }
    return { usage, port: await server.ask('start') }
  }

  /** In a new folder, unless one is given. */
  async broker(wanted: Partial<WantedBroker> = {}): Promise<BrokerSide> {
    const folder = wanted.folder ?? (await this.#bench.temporaryFolder())
    const server = this.#start<BrokerCommands>('./server/broker.ts', this.#profiling())
    const usage = {
      settle: () => server.ask('settle'),
      cpuMicroseconds: () => server.ask('cpuMicroseconds'),
    }
    return { server, usage, port: await server.ask('start', { ...wanted, folder }) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started.disposeAsync()
  }

  #start<Asked extends Commands>(module: string, flags: readonly string[]): Remote<Asked> {
    return this.#started.use(Remote.start<Asked>(new URL(module, import.meta.url), flags))
  }

  #profiling(): string[] {
    const folder = this.#bench.profileFolder
    return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`]
  }
}
